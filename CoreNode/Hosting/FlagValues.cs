using System.Net;
using CoreNode.Documents;
using CoreNode.Foundation;
using CoreNode.Pki;
using CoreNode.Yaml;

namespace CoreNode.Hosting;

/// <summary>
/// The values of a table of options from the command line, the environment, a configuration file and the defaults, the
/// first of them that has one. Collects every problem, so that a wrong start is mended in one go.
/// </summary>
/// <param name="flags">The table.</param>
/// <param name="environment">Looks up an environment variable; null if not set.</param>
/// <param name="readFile">Reads a text file.</param>
internal sealed class FlagValues(
    IReadOnlyList<NodeFlag> flags, Func<string, string?> environment, Func<string, string> readFile)
{
    private const string NoFile = "none";

    private readonly Dictionary<string, string> _values = [];
    private readonly List<string> _problems = [];

    /// <summary>The file that is read where none is named, if it is there; null for none.</summary>
    public string? StandardFile { get; init; }

    /// <summary>What the maker of the machine's image set, beneath that file; null for none.</summary>
    public string? MakerFile { get; init; }

    /// <summary>The file that was read; empty for none.</summary>
    public string ReadFile { get; private set; } = "";

    /// <summary>What is wrong, one line each; those who read values add theirs.</summary>
    public List<string> Problems => _problems;

    /// <summary>Reads all sources.</summary>
    public void Read(IReadOnlyList<string> arguments)
    {
        Dictionary<string, string> given = ReadFlags(arguments);
        foreach (NodeFlag flag in flags)
        {
            if (environment(flag.EnvironmentName) is { Length: > 0 } value && IsFit(flag, value, $"--{flag.Name}"))
                _values[flag.Name] = value;
        }

        foreach ((string name, string value) in given)
        {
            if (IsFit(Find(name)!, value, $"--{name}"))
                _values[name] = value;
        }

        bool isStandard = !_values.TryGetValue("config", out string? file) && !_values.ContainsKey("dev");
        if (isStandard)
            file = StandardFile;
        if (file is { Length: > 0 } and not NoFile)
            ReadConfigFile(file);
        if (isStandard && MakerFile is { } maker)
            ReadConfigFile(maker);
    }

    /// <summary>True if some source has it.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>The value, or the default.</summary>
    public string Text(string name) =>
        _values.TryGetValue(name, out string? value) ? value : Find(name)!.Default;

    /// <summary>True or false, or a problem.</summary>
    public bool Switch(string name)
    {
        string text = Text(name);
        if (bool.TryParse(text, out bool value))
            return value;
        _problems.Add($"--{name} {text}: say true or false");
        return false;
    }

    /// <summary>A number between two, or a problem.</summary>
    public ulong Number(string name, ulong least, ulong most)
    {
        string text = Text(name);
        if (ulong.TryParse(text, out ulong value) && value >= least && value <= most)
            return value;
        _problems.Add($"--{name} {text}: a whole number from {least} to {most} is needed");
        return least;
    }

    /// <summary>One of the words, or a problem.</summary>
    public string Choice(string name, params ReadOnlySpan<string> words)
    {
        string text = Text(name);
        if (!words.Contains(text))
            _problems.Add($"--{name} {text}: say {string.Join(", ", words[..^1]!)} or {words[^1]}");
        return text;
    }

    /// <summary>The files of TLS that flags with this prefix name, as etcd names them; null without them.</summary>
    public TlsFiles? Tls(string prefix)
    {
        string certificate = Text(prefix + "cert-file");
        string key = Text(prefix + "key-file");
        string authorities = Text(prefix + "trusted-ca-file");
        bool isRequired = Switch(prefix + "client-cert-auth");
        if (certificate.Length > 0 != key.Length > 0)
        {
            string missing = certificate.Length == 0 ? "cert-file" : "key-file";
            _problems.Add($"--{prefix}{missing}: --{prefix}cert-file and --{prefix}key-file go together");
        }

        if (isRequired && authorities.Length == 0)
            _problems.Add($"--{prefix}client-cert-auth: --{prefix}trusted-ca-file says whose certificates are good");
        if (authorities.Length > 0 && certificate.Length == 0)
            _problems.Add($"--{prefix}trusted-ca-file: --{prefix}cert-file and --{prefix}key-file are needed with it");
        return certificate.Length == 0 || key.Length == 0
            ? null
            : new TlsFiles(
                Path.GetFullPath(certificate),
                Path.GetFullPath(key),
                authorities.Length == 0 ? null : Path.GetFullPath(authorities),
                isRequired || authorities.Length > 0);
    }

    /// <summary>URLs to listen on; https needs the certificate that a flag names.</summary>
    public List<Uri> Urls(string name, TlsFiles? tls, string certificateFlag, bool isNeeded)
    {
        List<Uri> urls = [];
        foreach (string text in Text(name).Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (UrlProblem(text, needsPort: true) is { } problem)
                _problems.Add($"--{name} {text}: {problem}");
            else
                urls.Add(new Uri(text));
        }

        if (urls.Count == 0 && isNeeded && Problems.Count == 0)
            _problems.Add($"--{name}: at least one URL is needed");
        if (tls is null && urls.Find(static u => u.Scheme == "https") is { } secret)
        {
            string keyFlag = certificateFlag.Replace("cert-file", "key-file", StringComparison.Ordinal);
            _problems.Add($"--{name} {secret.OriginalString}: https needs --{certificateFlag} and --{keyFlag}");
        }

        return urls;
    }

    /// <summary>What is wrong with a URL to listen on or to tell others; null if nothing is.</summary>
    public static string? UrlProblem(string text, bool needsPort)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https"))
            return "a URL such as http://127.0.0.1:2379 is needed";
        if (url.AbsolutePath != "/" || url.Query.Length > 0)
            return "a URL without a path is needed";
        if (needsPort && !IPAddress.TryParse(url.Host.Trim('[', ']'), out _) && url.Host != "localhost")
            return "an IP address or localhost is needed to listen on";
        return null;
    }

    private Dictionary<string, string> ReadFlags(IReadOnlyList<string> arguments)
    {
        Dictionary<string, string> given = [];
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            if (!argument.StartsWith('-') || argument.TrimStart('-').Length == 0)
            {
                _problems.Add($"\"{argument}\" is not a flag; flags start with --");
                continue;
            }

            string[] parts = argument.TrimStart('-').Split('=', 2);
            NodeFlag? flag = Find(parts[0]);
            if (flag is null)
            {
                _problems.Add($"unknown flag --{parts[0]}{Suggestion(parts[0])}");
                if (parts.Length == 1 && i + 1 < arguments.Count && !arguments[i + 1].StartsWith('-'))
                    i++;
            }
            else if (parts.Length == 2)
                Give(given, flag, parts[1]);
            else if (flag.IsSwitch)
                given[flag.Name] = "true";
            else if (i + 1 < arguments.Count)
                Give(given, flag, arguments[++i]);
            else
                _problems.Add($"--{flag.Name} needs a value: --{flag.Name} {flag.Placeholder}");
        }

        return given;
    }

    private static void Give(Dictionary<string, string> given, NodeFlag flag, string value) =>
        given[flag.Name] = flag.IsRepeatable && given.TryGetValue(flag.Name, out string? before)
            ? $"{before},{value}"
            : value;

    private void ReadConfigFile(string file)
    {
        try
        {
            string text = readFile(file);
            if (file != MakerFile)
                ReadFile = file;
            foreach (YamlEntry entry in YamlText.ParseFlatMap(text))
            {
                if (Find(entry.Key) is not { } flag || entry.Key == "config")
                {
                    _problems.Add(
                        $"{file}:{entry.Place}: unknown key \"{entry.Key}\"{Suggestion(entry.Key)}");
                }
                else if (IsFit(flag, entry.Value, $"{file}:{entry.Place}: {entry.Key}"))
                    _values.TryAdd(entry.Key, entry.Value);
            }
        }
        catch (DocumentException problem)
        {
            _problems.Add($"{file}:{problem.Place}: {problem.Message}");
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException
            && (file == StandardFile || file == MakerFile) && !Has("config"))
        {
            // A node that nobody has configured so.
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            _problems.Add($"--config {file}: {fault.Message}");
        }
    }

    // No path, name or URL has a NUL; what takes it for the end of a text would go on with half of it.
    private bool IsFit(NodeFlag flag, string value, string where)
    {
        bool isEmptyFolder = flag is { Placeholder: "FOLDER", Default.Length: > 0 } && value.Trim().Length == 0;
        if (value.Contains('\0', StringComparison.Ordinal))
            _problems.Add($"{where}: the value has a NUL character, which no option takes: leave it out");
        else if (isEmptyFolder)
            _problems.Add($"{where}: a folder is needed, such as {flag.Default}");
        else
            return true;
        return false;
    }

    private NodeFlag? Find(string name) => flags.FirstOrDefault(one => one.Name == name);

    private string Suggestion(string name) =>
        NearestWord.Of(name, flags.Select(static flag => flag.Name)) is { } nearest
            ? $"; did you mean --{nearest}?"
            : "";
}
