using System.Text;
using CoreNode.Documents;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.CloudConfig;

/// <summary>write_files.</summary>
internal sealed class FilesSection(CloudConfigRules rules, Report report)
{
    private const int ForOthers = 7;
    private const string UnitFolder = "/systemd/system/";

    private static readonly string[] s_keys = ["path", "content", "owner", "permissions", "encoding"];

    private static readonly byte[] s_privateKey = Encoding.ASCII.GetBytes("PRIVATE KEY-----");

    // Files that other keys are about, which know how to keep what else is in them.
    private static readonly (string Path, string Suggestion)[] s_owned =
    [
        ("/etc/passwd", "write users:"), ("/etc/shadow", "write users:"), ("/etc/group", "write users:"),
        ("/etc/gshadow", "write users:"), ("/etc/hostname", "write hostname:"),
        ("/etc/corenode/corenode.yaml", "write the options below corenode:"),
    ];

    private readonly List<DesiredFile?> _files = [];
    private readonly Dictionary<string, int> _places = [];
    private long _bytes;
    private long _lostBytes;

    /// <summary>The files, each once, in the order they were last named.</summary>
    public List<DesiredFile> Files
    {
        get
        {
            List<DesiredFile> files = [];
            foreach (DesiredFile? file in _files)
            {
                if (file is not null)
                    files.Add(file);
            }

            return files;
        }
    }

    /// <summary>Reads one item of the list.</summary>
    public void Read(DocumentNode node, string path)
    {
        if (Section.Open(node, path, report, s_keys) is not { } section
            || section.NeededText("path", "/etc/motd") is not { } named)
        {
            return;
        }

        string? clean = FileChecks.Path(named, out string problem, out string suggestion);
        if (clean is null)
            report.Error(section.PlaceOf("path"), section.Key("path"), $"{problem}: {Report.Shown(named)}", suggestion);
        int? mode = Mode(section);
        string[] owner = Owner(section);
        byte[]? content = Content(section);
        if (clean is null || content is null)
            return;
        Warn(clean, section);
        Put(
            new DesiredFile(clean, content)
            {
                Mode = mode,
                User = owner[0].Length > 0 ? owner[0] : null,
                Group = owner.Length > 1 ? owner[1] : null,
                IsSecret = (mode is { } bits && (bits & ForOthers) == 0)
                    || content.AsSpan().IndexOf(s_privateKey) >= 0,
                From = $"{report.Source}: {section.Path}",
                Place = section.Place,
            },
            section);
    }

    private void Put(DesiredFile file, Section section)
    {
        if (_places.TryGetValue(file.Path, out int at))
        {
            report.Warning(
                section.PlaceOf("path"), section.Key("path"),
                $"{Report.Shown(file.Path)} stands here and at {_files[at]!.Place}: the later one counts",
                "make one of them");
            _files[at] = null;
        }

        _places[file.Path] = _files.Count;
        _files.Add(file);
    }

    private void Warn(string path, Section section)
    {
        foreach ((string owned, string suggestion) in s_owned)
        {
            if (owned == path)
            {
                report.Warning(
                    section.PlaceOf("path"), section.Key("path"), $"{path} is written here as a whole", suggestion);
            }
        }

        int units = path.IndexOf(UnitFolder, StringComparison.Ordinal);
        if (units < 0)
            return;
        string unit = path[(units + UnitFolder.Length)..].Split('/')[0];
        if (unit.EndsWith(".d", StringComparison.Ordinal))
            unit = unit[..^2];
        if (OldServices.Find(unit) is not null)
        {
            report.Warning(
                section.PlaceOf("path"), section.Key("path"),
                $"{unit} is {UnitsSection.OwnUnit} now: nothing reads this",
                $"write {unit} with drop-ins below coreos: units:");
        }
    }

    private int? Mode(Section section)
    {
        if (section.Text("permissions") is not { Length: > 0 } text)
            return null;
        int? mode = FileChecks.Mode(text, out string problem, out string suggestion);
        if (mode is null)
            report.Error(section.PlaceOf("permissions"), section.Key("permissions"), problem, suggestion);
        else if (problem.Length > 0)
            report.Warning(section.PlaceOf("permissions"), section.Key("permissions"), problem, suggestion);
        return mode;
    }

    private string[] Owner(Section section)
    {
        if (section.Text("owner") is not { Length: > 0 } owner)
            return [""];
        if (AccountChecks.OfOwner(owner) is not { Length: > 0 } problem)
            return owner.Split(':');
        report.Error(
            section.PlaceOf("owner"), section.Key("owner"), $"{problem}: {Report.Shown(owner)}",
            "write names or numbers, such as core:core or 1000:1000");
        return [""];
    }

    private byte[]? Content(Section section)
    {
        string text = section.Text("content") ?? "";
        string encoding = section.Text("encoding") ?? "";
        if (_bytes > rules.MostBytes || _lostBytes > rules.MostBytes)
            return null;
        byte[]? content = FileContent.Decode(text, encoding, rules.MostFileBytes, out string problem, out string hint);
        if (content is null)
        {
            // What cannot be read was work as well.
            bool isPacked = encoding.Contains("gz", StringComparison.Ordinal);
            _lostBytes += Math.Max(text.Length, isPacked ? rules.MostFileBytes : 0);
            string key = FileContent.IsKnown(encoding) ? "content" : "encoding";
            report.Error(section.PlaceOf(key), section.Key(key), problem, hint);
            return null;
        }

        _bytes += Math.Max(content.Length, text.Length);
        if (_bytes <= rules.MostBytes)
            return content;
        report.Error(
            section.PlaceOf("content"), section.Key("content"),
            $"the files have more than {rules.MostBytes} bytes together", "fetch large files by a unit");
        return null;
    }
}
