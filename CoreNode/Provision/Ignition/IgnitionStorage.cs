using System.Globalization;
using System.Text;
using CoreNode.Documents;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Ignition;

/// <summary>Reads storage: files, directories and links.</summary>
internal sealed class IgnitionStorage(IgnitionReport report, IgnitionContents contents)
{
    // Of one path the kernel takes 4095 bytes (PATH_MAX).
    private const int MostPath = 4095;
    private const int NewFile = 0x1A4;
    private const int NewFolder = 0x1ED;
    private const int MostMode = 0xFFF;
    private const int SpecialBits = 0xE00;
    private const int OthersBits = 0x3F;
    private const string Example = "write it as a decimal number, such as 420 for 0644";

    // Modes as people know them, in octal digits; none of these numbers is a usual mode when it is read as decimal.
    private static readonly int[] s_octal =
    [
        400, 440, 444, 500, 550, 555, 600, 640, 644, 660, 664, 666, 700, 711, 750, 755, 770, 775, 777, 1777, 2755, 2775,
        4755,
    ];

    private readonly IgnitionPaths _paths = new(report);

    /// <summary>Files, with what is appended to them.</summary>
    public List<DesiredFile> Files(MapNode? storage)
    {
        List<DesiredFile> files = [];
        IReadOnlyList<DocumentNode> items = storage.FindItems("files");
        for (int at = 0; at < items.Count; at++)
        {
            string key = $"storage.files[{at}]";
            if (items[at] is MapNode item && Path(item, key, isFolder: false) is { } path)
            {
                _paths.Add(path, IgnitionPathKind.File, key);
                files.Add(File(item, key, path));
            }
        }

        return files;
    }

    /// <summary>Directories.</summary>
    public List<DesiredFolder> Folders(MapNode? storage)
    {
        List<DesiredFolder> folders = [];
        IReadOnlyList<DocumentNode> items = storage.FindItems("directories");
        for (int at = 0; at < items.Count; at++)
        {
            string key = $"storage.directories[{at}]";
            if (items[at] is not MapNode item || Path(item, key, isFolder: true) is not { } path)
                continue;
            _paths.Add(path, IgnitionPathKind.Folder, key);
            bool replaces = item.FindSwitch("overwrite") == true;
            if (replaces)
            {
                report.Note(
                    path, $"{key}.overwrite", "what is in this folder already stays; only something else of that name "
                        + "gives way", "delete overwrite if nothing else may be there");
            }

            string? user = Owner(item, "user", key);
            string? group = Owner(item, "group", key);
            folders.Add(new DesiredFolder(path.Text)
            {
                Mode = Mode(item, key) ?? (replaces ? NewFolder : null),
                User = user ?? (replaces ? "root" : null),
                Group = group ?? (replaces ? "root" : null),
                Replaces = replaces,
                From = From(path, key),
                Place = path.Place,
            });
        }

        return folders;
    }

    /// <summary>Links.</summary>
    public List<DesiredLink> Links(MapNode? storage)
    {
        List<DesiredLink> links = [];
        IReadOnlyList<DocumentNode> items = storage.FindItems("links");
        for (int at = 0; at < items.Count; at++)
        {
            string key = $"storage.links[{at}]";
            if (items[at] is not MapNode item || Path(item, key, isFolder: false) is not { } path)
                continue;
            bool isHard = item.FindSwitch("hard") == true;
            _paths.Add(path, IgnitionPathKind.Link, key);
            if (Target(item, key, path, isHard) is not { } target)
                continue;
            if (isHard)
                _paths.AddTarget(target, item.FindText("target")!, $"{key}.target");
            string? user = Owner(item, "user", key);
            string? group = Owner(item, "group", key);
            if (isHard && (user ?? group) is not null)
            {
                report.Warn(item, key, "a hard link has the owner of its file: user and group have no effect here",
                    "delete them");
                (user, group) = (null, null);
            }

            links.Add(new DesiredLink(path.Text, target)
            {
                IsHard = isHard,
                Replaces = item.FindSwitch("overwrite") == true,
                User = user,
                Group = group,
                From = From(path, key),
                Place = path.Place,
            });
        }

        return links;
    }

    /// <summary>Complains about paths that cannot all be there; after the files, directories and links.</summary>
    public void CheckPaths(IReadOnlyList<DesiredUnit> units) => _paths.Check(units);

    private DesiredFile File(MapNode item, string key, ScalarNode path)
    {
        bool replaces = item.FindSwitch("overwrite") == true;
        ContentPart? first = contents.Read(item.FindMap("contents"), $"{key}.contents", isRequired: false);
        bool hasContent = item.FindMap("contents").FindText("source") is not null;
        if (replaces && !hasContent)
        {
            report.Error(
                item, $"{key}.overwrite", "overwrite takes contents.source: it says what the file shall hold",
                "add \"contents\": { \"source\": \"data:,\" } for an empty file");
        }

        List<ContentPart> parts = hasContent ? [first ?? ContentPart.Empty] : [];
        IReadOnlyList<DocumentNode> appended = item.FindItems("append");
        for (int at = 0; at < appended.Count; at++)
        {
            if (contents.Read(appended[at] as MapNode, $"{key}.append[{at}]", isRequired: false) is { } part)
                parts.Add(part);
        }

        bool appends = !hasContent && parts.Count > 0;
        int? mode = Mode(item, key);
        string? user = Owner(item, "user", key);
        string? group = Owner(item, "group", key);
        // A file that is written anew has nothing of an older one: Ignition's defaults hold.
        return Joined(new DesiredFile(path.Text, default)
        {
            Mode = mode ?? (hasContent ? NewFile : null),
            User = user ?? (hasContent ? "root" : null),
            Group = group ?? (hasContent ? "root" : null),
            Replaces = replaces,
            Appends = appends,
            HasContent = hasContent || appends,
            IsSecret = mode is { } bits && (bits & OthersBits) == 0,
            From = From(path, key),
            Place = path.Place,
        }, parts);
    }

    // As much as is here becomes the content; as soon as one part is to be fetched, the parts are kept.
    private static DesiredFile Joined(DesiredFile file, List<ContentPart> parts)
    {
        bool isRemote = false;
        int length = 0;
        foreach (ContentPart part in parts)
        {
            isRemote |= part.Remote is not null;
            length += part.Content.Length;
        }

        if (isRemote)
            return parts.Count == 1 ? file with { Remote = parts[0].Remote } : file with { Parts = parts };
        if (parts.Count == 1)
            return file with { Content = parts[0].Content };
        byte[] content = new byte[length];
        int at = 0;
        foreach (ContentPart part in parts)
        {
            part.Content.Span.CopyTo(content.AsSpan(at));
            at += part.Content.Length;
        }

        return file with { Content = content };
    }

    private ScalarNode? Path(MapNode item, string key, bool isFolder)
    {
        if (item.FindText("path") is not { Text.Length: > 0 } path)
        {
            report.Missing(item, "path", key, "a path is missing");
            return null;
        }

        string text = path.Text;
        string wrong = "";
        string instead = "";
        if (text[0] != '/')
            (wrong, instead) = ("a path begins with \"/\"", $"write \"/{text}\"");
        else if (text.AsSpan().IndexOfAnyInRange('\0', '\x1F') >= 0)
            (wrong, instead) = ("a path has no control characters", "leave them out");
        else if (Encoding.UTF8.GetByteCount(text) > MostPath)
            (wrong, instead) = ($"a path has at most {MostPath} bytes", "choose a shorter one");
        else if (UnixPath.Clean(text) is { } clean && clean != text)
            (wrong, instead) = ("a path has no \".\", \"..\", \"//\" and no \"/\" at its end", $"write \"{clean}\"");
        else if (text == "/" && !isFolder)
            (wrong, instead) = ("\"/\" is the root", "write what shall be below it");
        if (wrong.Length == 0)
        {
            if (PathAdvice.IsOfImage(text))
            {
                report.Warn(
                    path, $"{key}.path", "/usr of a machine that runs is refused: the system's image has it, and the "
                        + "next update replaces it", PathAdvice.Of(text));
            }

            return path;
        }

        report.Error(path, $"{key}.path", wrong, instead);
        return null;
    }

    private string? Target(MapNode item, string key, ScalarNode path, bool isHard)
    {
        if (item.FindText("target") is not { Text.Length: > 0 } target)
        {
            report.Missing(item, "target", key, "a link needs a target");
            return null;
        }

        string text = target.Text;
        if (text.AsSpan().IndexOfAnyInRange('\0', '\x1F') >= 0 || Encoding.UTF8.GetByteCount(text) > MostPath)
        {
            report.Error(
                target, $"{key}.target", $"a target has no control characters and at most {MostPath} bytes",
                "write the path that it leads to");
            return null;
        }

        if (!isHard)
            return text;
        string whole = UnixPath.Clean(
            text[0] == '/' ? text : $"{path.Text[..path.Text.LastIndexOf('/')]}/{text}");
        if (text[0] != '/')
        {
            report.Warn(
                target, $"{key}.target", "the target of a hard link is taken from the link's own folder",
                $"write \"{whole}\"");
        }

        return whole;
    }

    private int? Mode(MapNode item, string key)
    {
        if (item.FindValue("mode") is not ScalarNode node || item.FindNumber("mode") is not { } mode)
            return null;
        if (mode is < 0 or > MostMode)
        {
            report.Error(node, $"{key}.mode", "a mode is a number from 0 to 4095 (07777)", Octal(mode));
            return null;
        }

        if (Array.IndexOf(s_octal, (int)mode) >= 0)
        {
            report.Warn(
                node, $"{key}.mode", $"modes are decimal in JSON: {mode} is 0{Convert.ToString((int)mode, 8)}",
                Octal(mode));
        }

        if ((mode & SpecialBits) == 0 || report.Origins.Of(node).Version >= 4)
            return (int)mode;
        report.Warn(
            node, $"{key}.mode", "set-user-id, set-group-id and sticky bits need version 3.4.0: they are left out",
            "write \"version\": \"3.4.0\"");
        return (int)mode & ~SpecialBits;
    }

    private static string Octal(long mode)
    {
        int value = 0;
        foreach (char digit in mode.ToString(CultureInfo.InvariantCulture))
        {
            if (digit is < '0' or > '7' || value > MostMode)
                return Example;
            value = value * 8 + (digit - '0');
        }

        return value > MostMode ? Example : $"write {value} for 0{mode}";
    }

    private string? Owner(MapNode item, string name, string key)
    {
        MapNode? owner = item.FindMap(name);
        string? named = owner.FindText("name")?.Text is { Length: > 0 } text ? text : null;
        long? number = owner.FindNumber("id");
        if (named is not null && number is not null)
            report.Error(owner!, $"{key}.{name}", "an owner is told by id or by name, not by both", "delete one");
        if (number is < 0 or >= uint.MaxValue)
            report.Error(owner!, $"{key}.{name}.id", "an id is a number from 0 to 4294967294", "write 0 for root");
        if (named is not null && AccountNames.Complaint(named) is { } wrong)
            report.Error(owner!, $"{key}.{name}.name", wrong, AccountNames.Advice);
        return named ?? number?.ToString(CultureInfo.InvariantCulture);
    }

    private string From(ScalarNode node, string key) => $"{report.Origins.Of(node).Source}: {key}";
}
