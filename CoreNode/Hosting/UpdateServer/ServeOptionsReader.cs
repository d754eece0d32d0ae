using CoreNode.Api;
using CoreNode.Api.Limits;
using CoreNode.Api.UpdateServer;
using CoreNode.Pki;
using CoreNode.Updates.Server;

namespace CoreNode.Hosting.UpdateServer;

/// <summary>
/// Merges flags, environment, file and defaults into <see cref="ServeOptions"/>. Every problem of every source is
/// reported.
/// </summary>
/// <param name="environment">Looks up an environment variable; null if not set.</param>
/// <param name="readFile">Reads a text file.</param>
/// <param name="version">What this program is.</param>
public sealed class ServeOptionsReader(
    Func<string, string?> environment, Func<string, string> readFile, string version)
{
    private const int MaxHeaderBytes = 64 << 10;
    private const ulong MostCount = 10_000_000;

    private readonly FlagValues _flags = new(UpdateServerFlags.All, environment, readFile);

    /// <summary>What is wrong, one line each; empty if <see cref="Read"/> gave options.</summary>
    public IReadOnlyList<string> Problems => _flags.Problems;

    /// <summary>The options, or null with <see cref="Problems"/>.</summary>
    public ServeOptions? Read(IReadOnlyList<string> arguments)
    {
        _flags.Read(arguments);
        TlsFiles? tls = _flags.Tls("");
        List<Uri> urls = _flags.Urls("listen-urls", tls, "cert-file", isNeeded: true);
        string socket = _flags.Text("unix-socket");
        ServeOptions options = new()
        {
            Server = new UpdateServerOptions
            {
                Folder = Path.GetFullPath(_flags.Text("data-dir")),
                Name = Name(),
                MaxMachinesPerApp = Count("max-machines"),
                MaxMachinesPerAddress = Count("max-address-machines"),
                MaxFileBytes = (long)_flags.Number("max-file-bytes", 1 << 20, 1UL << 46),
                KeepHistory = KeepHistory(),
            },
            Api = new ApiOptions
            {
                ProgramVersion = version,
                ListenClientUrls = urls,
                IsAdminInsecure = _flags.Switch("insecure-admin"),
                CorsOrigins = [],
                Limits = new ApiLimits
                {
                    MaxConnections = Count("max-connections"),
                    MaxClientConnections = Count("max-client-connections"),
                    MaxHeaderBytes = MaxHeaderBytes,
                },
            },
            Settings = new UpdateServerSettings
            {
                AdvertiseUrl = AdvertiseUrl(),
                DownloadUser = DownloadUser(),
                IsViewOpen = _flags.Switch("open-view"),
                Proxies = Proxies(),
            },
            Tls = tls,
            UnixSocket = socket is "none" or "" ? null : Path.GetFullPath(socket),
            KeysFolder = Path.GetFullPath(_flags.Text("trusted-keys")),
            UpstreamCaFile = _flags.Text("upstream-ca-file") is { Length: > 0 } file ? Path.GetFullPath(file) : null,
            LogLevel = _flags.Choice("log-level", "debug", "info", "warning", "error"),
        };
        return Problems.Count == 0 ? options : null;
    }

    private int Count(string name) => (int)_flags.Number(name, 1, MostCount);

    // It becomes an attribute of XML that foreign clients read.
    private string Name()
    {
        string name = _flags.Text("name");
        if (name.Length is 0 or > 64 || name.AsSpan().ContainsAnyExceptInRange('!', '~'))
            _flags.Problems.Add($"--name {name}: up to 64 plain characters without spaces are needed");
        return name;
    }

    private TimeSpan KeepHistory()
    {
        string text = _flags.Text("keep-history");
        if (TimeText.TryParse(text, out TimeSpan time) && time >= TimeSpan.FromHours(1))
            return time;
        _flags.Problems.Add($"--keep-history {text}: a time of an hour and more is needed, such as 8760h");
        return TimeSpan.FromDays(365);
    }

    private string? AdvertiseUrl()
    {
        string text = _flags.Text("advertise-url");
        if (text.Length == 0)
            return null;
        bool isGood = Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https"
            && url.Query.Length == 0 && url.Fragment.Length == 0 && url.UserInfo.Length == 0;
        if (!isGood)
            _flags.Problems.Add($"--advertise-url {text}: a URL such as https://updates.example.com is needed");
        return text.TrimEnd('/') + "/";
    }

    private TrustedProxies Proxies()
    {
        TrustedProxies proxies = new();
        foreach (string one in _flags.Text("trusted-proxy").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!proxies.TryAdd(one.Trim()))
                _flags.Problems.Add($"--trusted-proxy {one}: an address, or a network such as 10.0.0.0/24, is needed");
        }

        return proxies;
    }

    private string? DownloadUser()
    {
        string file = _flags.Text("download-user-file");
        if (file.Length == 0)
            return null;
        try
        {
            string user = readFile(file).Trim();
            if (user.IndexOf(':') > 0 && !user.AsSpan().ContainsAnyInRange('\0', '\u001f'))
                return user;
            _flags.Problems.Add($"--download-user-file {file}: one line USER:PASSWORD is needed in it");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            _flags.Problems.Add($"--download-user-file {file}: {fault.Message}");
        }

        return null;
    }
}
