using System.CommandLine;
using System.Globalization;
using System.Text;
using CoreNode.Api.Client;

namespace CoreNode.Cli.Discovery;

/// <summary><c>discovery new</c>.</summary>
internal static class NewCommand
{
    private const int MostMembers = 9;
    private const int LongestUrl = 4096;

    public static CliCommand Build(CliSession session)
    {
        Option<int> size = Size();
        Option<string?> server = new("--server")
        {
            Description = "the service; default: $CORENODE_DISCOVERY_SERVER, else " + ServeCommand.DefaultUrl,
            HelpName = "URL",
        };
        var command = new CliCommand("new", "make a token for a new cluster and print its URL")
        {
            Details = "Give the URL to all machines as --discovery: the first N that come become members, the others "
                + "proxies. One token makes one cluster; keep the URL to yourself until it runs.",
            Examples =
            [
                ("corenode discovery new --size 3", "for three members"),
                ("corenode discovery new --size 5 --server https://discovery.example.com", "at another service"),
                ("corenode discovery new --size 3 -o json", "for programs"),
            ],
        };
        command.Options.Add(size);
        command.Options.Add(server);
        command.SetAction((parsed, _) => RunAsync(session, parsed, parsed.GetValue(size), parsed.GetValue(server)));
        return command;
    }

    private static async Task<int> RunAsync(CliSession session, ParseResult parsed, int size, string? server)
    {
        string? named = session.Host.Environment("CORENODE_DISCOVERY_SERVER");
        string text = server ?? (string.IsNullOrWhiteSpace(named) ? ServeCommand.DefaultUrl : named);
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https")
            || url.Query.Length > 0
            || !ClientEndpoint.TryParse(url.GetLeftPart(UriPartial.Authority), out ClientEndpoint? endpoint, out _))
        {
            throw new UsageException($"--server: '{text}' is no URL such as https://discovery.example.com");
        }

        ClientOptions options = session.Options.ToClientOptions(parsed, session.Host) with
        {
            Endpoints = [endpoint],
            User = null,
        };
        using V2Client client = new(options);
        string path = string.Create(CultureInfo.InvariantCulture, $"{url.AbsolutePath.TrimEnd('/')}/new?size={size}");
        V2Reply reply = await session.WithNoticeAsync(
            client.SendAsync(V2Request.Plain(path), session.Host.Cancellation), $"waiting for {text} …");
        if (reply is not V2Reply.Answered answer)
        {
            return session.Fail(
                ExitCode.Unreachable, $"no discovery service at {((V2Reply.Failed)reply).Reason}",
                "start one with `corenode discovery serve`, or say where one is with --server");
        }

        string body = Encoding.UTF8.GetString(answer.Body).Trim();
        bool isUrl = answer.IsSuccess && body.Length <= LongestUrl
            && Uri.TryCreate(body, UriKind.Absolute, out Uri? made) && made.Scheme is "http" or "https"
            && !body.Any(char.IsControl);
        if (!isUrl)
        {
            char[] first = Array.FindAll(body.Split('\n')[0].ToCharArray(), static c => !char.IsControl(c));
            string line = new(first, 0, Math.Min(first.Length, 200));
            return session.Fail(ExitCode.Failed, $"{text} made no token (HTTP {answer.Status}): {line}");
        }

        session.Host.Output.WriteLine(session.IsJson(parsed) ? ToJson(body, size) : body);
        return ExitCode.Done;
    }

    private static string ToJson(string url, int size)
    {
        var text = new StringBuilder("{\"url\":");
        EtcdJson.AppendString(text, url);
        return text.Append(CultureInfo.InvariantCulture, $",\"size\":{size}}}").ToString();
    }

    private static Option<int> Size() => new("--size")
    {
        Description = $"members of the cluster, 1 to {MostMembers}; 3 and 5 are good numbers",
        HelpName = "N",
        Required = true,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int size)
                && size is >= 1 and <= MostMembers)
            {
                return size;
            }

            result.AddError(
                $"--size is a number of members from 1 to {MostMembers}, not '{text}'; others become proxies");
            return 0;
        },
    };
}
