using System.CommandLine;
using System.Globalization;
using System.Net;

namespace CoreNode.Cli.Discovery;

/// <summary><c>discovery serve</c>.</summary>
internal static class ServeCommand
{
    /// <summary>Where the service is served if nothing is said.</summary>
    public const string DefaultUrl = "http://127.0.0.1:8087";

    private const int LongestTtlDays = 3650;

    public static CliCommand Build(CliSession session)
    {
        Option<string> listen = Text("--listen-client-urls", DefaultUrl, "URL,…", "where machines are served");
        Option<string?> advertise = File("--advertise-url", "URL", "its URL in new tokens; default: as asked");
        Option<string> folder = Text("--data-dir", "/var/lib/corenode-discovery", "FOLDER", "where tokens are kept");
        Option<TimeSpan> ttl = Ttl();
        Option<int> tokens = Number("--max-tokens", 10_000, 1_000_000, "most tokens at a time");
        Option<int> rate = Number("--tokens-per-minute", 10, 1_000_000, "new tokens that one client may have");
        Option<string?> cert = File("--cert-file", "FILE", "certificate for https URLs (PEM)");
        Option<string?> key = File("--key-file", "FILE", "its key (PEM)");
        var command = new CliCommand("serve", "run the service in which machines of a new cluster find each other")
        {
            Details = "It speaks the protocol of discovery.etcd.io, so etcd can use it as well. Tokens survive "
                + "restarts and expire by themselves. Who knows a token may write below it; nobody can list tokens.",
            Examples =
            [
                ("corenode discovery serve", "for this machine, on " + DefaultUrl),
                ("corenode discovery serve --listen-client-urls http://10.0.0.9:8087 --data-dir /srv/d",
                    "for a private network"),
                ("corenode discovery serve --listen-client-urls https://10.0.0.9:443 --cert-file c --key-file k",
                    "with TLS; machines say --discovery-ca-file if the CA is their own"),
            ],
        };
        foreach (Option option in new Option[] { listen, advertise, folder, ttl, tokens, rate, cert, key })
            command.Options.Add(option);
        command.SetAction(async (parsed, cancellation) =>
        {
            var serving = new DiscoveryServing
            {
                ListenUrls = ListenUrls(parsed.GetValue(listen)!),
                AdvertiseUrl = AdvertiseUrl(parsed.GetValue(advertise)),
                DataFolder = Path.GetFullPath(parsed.GetValue(folder)!),
                TokenTtl = parsed.GetValue(ttl),
                MaxTokens = parsed.GetValue(tokens),
                TokensPerMinute = parsed.GetValue(rate),
                CertFile = parsed.GetValue(cert),
                KeyFile = parsed.GetValue(key),
            };
            CheckTls(serving);
            return session.Host.ServeDiscovery is { } serve
                ? await serve(serving, cancellation)
                : session.Fail(ExitCode.Failed, "discovery cannot be served from here");
        });
        return command;
    }

    private static void CheckTls(DiscoveryServing serving)
    {
        if (serving.CertFile is null != serving.KeyFile is null)
            throw new UsageException("--cert-file and --key-file go together");
        if (serving.CertFile is null && serving.ListenUrls.Any(static url => url.Scheme == "https"))
            throw new UsageException("--listen-client-urls: https needs --cert-file and --key-file");
    }

    private static Uri[] ListenUrls(string text)
    {
        string[] parts = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (string part in parts)
        {
            bool isUrl = Uri.TryCreate(part, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https"
                && url.PathAndQuery == "/"
                && (url.Host == "localhost" || IPAddress.TryParse(url.Host.Trim('[', ']'), out _));
            if (!isUrl)
                throw new UsageException($"--listen-client-urls: '{part}' is no URL such as {DefaultUrl}");
        }

        return parts.Length == 0
            ? throw new UsageException("--listen-client-urls: at least one URL is needed")
            : [.. parts.Select(static part => new Uri(part))];
    }

    private static string? AdvertiseUrl(string? text)
    {
        if (text is null)
            return null;
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https"
            && url.Query.Length == 0
                ? text.TrimEnd('/')
                : throw new UsageException($"--advertise-url: '{text}' is no URL such as https://d.example.com");
    }

    private static Option<string> Text(string name, string standard, string helpName, string description) => new(name)
    {
        Description = $"{description}; default: {standard}",
        HelpName = helpName,
        DefaultValueFactory = _ => standard,
    };

    private static Option<string?> File(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName };

    private static Option<int> Number(string name, int standard, int most, string description) => new(name)
    {
        Description = $"{description}; default: {standard}",
        HelpName = "N",
        DefaultValueFactory = _ => standard,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
                && value >= 1 && value <= most)
            {
                return value;
            }

            result.AddError($"{name} takes a whole number from 1 to {most}, not '{text}'");
            return 0;
        },
    };

    private static Option<TimeSpan> Ttl() => new("--token-ttl")
    {
        Description = "how long a token lives, such as 90m, 12h or 30d; default: 30d",
        HelpName = "TIME",
        DefaultValueFactory = _ => TimeSpan.FromDays(30),
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            double unit = (text.Length < 2 ? ' ' : text[^1]) switch
            {
                's' => 1,
                'm' => 60,
                'h' => 3600,
                'd' => 86_400,
                _ => 0,
            };
            bool isNumber = int.TryParse(
                text.AsSpan(0, Math.Max(0, text.Length - 1)), NumberStyles.None, CultureInfo.InvariantCulture,
                out int count);
            if (isNumber && unit > 0 && count > 0 && count * unit <= LongestTtlDays * 86_400.0)
                return TimeSpan.FromSeconds(count * unit);
            result.AddError($"--token-ttl is a time such as 90m, 12h or 30d, not '{text}'");
            return default;
        },
    };
}
