using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using CoreNode.Api.Client;
using CoreNode.Api.Client.Units;
using CoreNode.Api.Client.UpdateServer;

namespace CoreNode.Cli.UpdateServer;

/// <summary>
/// One run's way to an update server: whom to ask, with which token, and what a refusal is told as. What does not come
/// to a good end throws <see cref="ServerFailure"/>.
/// </summary>
internal sealed class ServerCall : IDisposable
{
    /// <summary>Where a server that runs here is reached without a token.</summary>
    public const string DefaultSocket = "/run/corenode/update-server.sock";

    private const string DefaultUrl = "http://127.0.0.1:8000";

    private readonly ServerOptions _shared;
    private readonly ClientOptions _options;
    private UpdateServerClient? _client;

    public ServerCall(CliSession session, ParseResult parsed, ServerOptions shared)
    {
        Session = session;
        Parsed = parsed;
        _shared = shared;
        _options = session.Options.ToClientOptions(parsed, session.Host, Standard(session.Host)) with
        {
            Token = Token(session.Host, parsed.GetValue(shared.TokenFile)),
        };
    }

    public CliSession Session { get; }

    public ParseResult Parsed { get; }

    public TextWriter Output => Session.Host.Output;

    public bool IsJson => Session.IsJson(Parsed);

    public DateTimeOffset Now => Session.Host.Time.GetUtcNow();

    public UpdateServerClient Client => _client ??= new UpdateServerClient(_options);

    public CancellationToken Cancellation => Session.Host.Cancellation;

    /// <summary>Reads something.</summary>
    public async Task<ToldPage> GetAsync(string path) =>
        Told(await Session.WithNoticeAsync(Client.GetAsync(path, Cancellation), Notice));

    /// <summary>Gives an order with a body.</summary>
    public async Task<ToldPage> OrderAsync(HttpMethod method, string path, Action<Utf8JsonWriter>? write = null) =>
        Told(await Session.WithNoticeAsync(
            Client.OrderAsync(method, path, write is null ? null : ServerJson.Write(write), Cancellation), Notice));

    /// <summary>Sends a file with a bar; then it says what it waits for.</summary>
    public async Task<ToldPage> UploadAsync(string path, string file)
    {
        if (!File.Exists(file))
            throw new ServerFailure(ExitCode.NotFound, $"{file}: there is no such file");
        using ProgressLine bar = new(Session.Host);
        string name = Path.GetFileName(file);
        bool isSent = false;
        AdminReply<ToldPage> reply = await Client.UploadAsync(
            path, file,
            (done, total) =>
            {
                bar.Show(name, done, total);
                if (done < total || isSent)
                    return;
                isSent = true;
                bar.Clear();
                if (Session.Host.IsErrorTerminal)
                    Session.Host.Error.WriteLine($"{name} is sent; the server checks it …");
            },
            Cancellation);
        bar.Clear();
        return Told(reply);
    }

    /// <summary>Prints the answer as JSON, or as people like it.</summary>
    public int Show(ToldPage page, Action text)
    {
        if (IsJson)
            Output.WriteLine(page.Json.Length > 0 ? page.Json : "{}");
        else
            text();
        return ExitCode.Done;
    }

    /// <summary>The same where a line says it all.</summary>
    public int Show(ToldPage page, string line) => Show(page, () => Output.WriteLine(line));

    /// <summary>Prints a table, or the answer as JSON; a line if the table would be empty.</summary>
    public int Show(ToldPage page, string[] columns, List<string[]> rows, string nothing) => Show(page, () =>
    {
        if (rows.Count == 0)
            Output.WriteLine(nothing);
        else
            TextTable.Write(Session, columns, rows);
    });

    /// <summary>The application that is meant.</summary>
    public async Task<JsonElement> AppAsync()
    {
        string? named = Parsed.GetValue(_shared.App);
        if (string.IsNullOrEmpty(named))
            named = Session.Host.Environment("CORENODE_UPDATE_SERVER_APP");
        if (!string.IsNullOrEmpty(named))
            return (await GetAsync("apps/" + Escape(named))).Root;
        List<JsonElement> apps = [];
        foreach (JsonElement one in (await GetAsync("apps")).Root.List("apps"))
            apps.Add(one);
        if (apps.Count == 1)
            return apps[0];
        throw apps.Count == 0
            ? new ServerFailure(
                ExitCode.NotFound, "the server has no application yet", "make one: corenode update-server app add NAME")
            : new ServerFailure(
                ExitCode.Usage,
                $"say which application with --app: {string.Join(", ", apps.ConvertAll(one => one.Text("name")))}");
    }

    /// <summary>Path of the application that is meant.</summary>
    public async Task<string> AppPathAsync() => "apps/" + Escape((await AppAsync()).Text("id"));

    /// <summary>A channel of the application by its name, and by --board where several have it.</summary>
    public async Task<JsonElement> ChannelAsync(string app, string name)
    {
        List<JsonElement> found = [];
        List<string> names = [];
        string? board = Parsed.GetValue(_shared.Board);
        foreach (JsonElement one in (await GetAsync(app + "/channels")).Root.List("channels"))
        {
            names.Add(one.Text("name"));
            if (one.Text("name") == name && (board is null || one.Text("board") == board))
                found.Add(one);
        }

        return found.Count switch
        {
            1 => found[0],
            0 => throw new ServerFailure(
                ExitCode.NotFound, $"there is no channel '{name}'{(board is null ? "" : $" for {board}")}",
                names.Count == 0
                    ? "make one: corenode update-server channel add NAME"
                    : $"there are: {string.Join(", ", names)}"),
            _ => throw new ServerFailure(
                ExitCode.Usage,
                $"several channels are called {name}; say which with --board: "
                + string.Join(", ", found.ConvertAll(one => one.Text("board") is { Length: > 0 } b ? b : "\"\""))),
        };
    }

    /// <summary>A package by version or number, and by --board or a channel's board where needed.</summary>
    public async Task<JsonElement> PackageAsync(string app, string versionOrNumber, string? board = null)
    {
        board ??= Parsed.GetValue(_shared.Board);
        List<JsonElement> found = [];
        foreach (JsonElement one in (await GetAsync(app + "/packages")).Root.List("packages"))
        {
            bool isBoard = board is null || one.Text("board") == board || one.Text("board").Length == 0;
            if (one.Text("version") == versionOrNumber && isBoard)
                found.Add(one);
            else if (":" + Id(one) == versionOrNumber)
                return one;
        }

        return found.Count switch
        {
            1 => found[0],
            0 => throw new ServerFailure(
                ExitCode.NotFound,
                $"there is no package '{versionOrNumber}'{(board is null ? "" : $" for {board}")}",
                "see `corenode update-server package list`; :NUMBER names one by its number"),
            _ => throw new ServerFailure(
                ExitCode.Usage,
                $"several packages are {versionOrNumber}; say which with --board, or by number: "
                + string.Join(", ", found.ConvertAll(one => $":{Id(one)} for {one.Cell("board")}"))),
        };
    }

    /// <summary>The number of a channel or package, as it stands in paths.</summary>
    public static string Id(JsonElement one) => one.Number("id").ToString(CultureInfo.InvariantCulture);

    /// <summary>A word as part of a path or query.</summary>
    public static string Escape(string word) => Uri.EscapeDataString(word);

    /// <summary>What was told; a failure if it is a refusal, or there is nobody.</summary>
    public static ToldPage Told(AdminReply<ToldPage> reply) => reply switch
    {
        AdminReply<ToldPage>.Done done => done.Value,
        AdminReply<ToldPage>.Refused { Status: 404, Message: "" } refused => throw new ServerFailure(
            ExitCode.Failed, $"{refused.Endpoint} is no update server",
            "say where one is with --endpoints, or start one with `corenode update-server serve`"),
        AdminReply<ToldPage>.Refused { Status: 404 } refused => throw new ServerFailure(
            ExitCode.NotFound, refused.Message),
        AdminReply<ToldPage>.Refused { Status: 401 or 403 } refused => throw new ServerFailure(
            ExitCode.Failed, $"{refused.Endpoint} does not allow it: {refused.Message}",
            "show a token with --token-file FILE or $CORENODE_UPDATE_SERVER_TOKEN"),
        AdminReply<ToldPage>.Refused refused => throw new ServerFailure(
            ExitCode.Failed,
            refused.Message.Length > 0 ? refused.Message : $"{refused.Endpoint} answered {refused.Status}"),
        AdminReply<ToldPage>.Failed { Reply.MayHaveHappened: true } failed => throw new ServerFailure(
            ExitCode.Failed, $"no answer: {failed.Reply.Reason}",
            "whether it was done is not known: look before you try again"),
        AdminReply<ToldPage>.Failed failed => throw new ServerFailure(
            ExitCode.Unreachable,
            [
                .. failed.Reply.Failures.Select(static one => $"no update server reachable at {one}"),
                "start one with `corenode update-server serve`, or say where one is with --endpoints",
            ]),
        _ => throw new InvalidOperationException("an unknown kind of reply"),
    };

    /// <inheritdoc/>
    public void Dispose() => _client?.Dispose();

    private string Notice => $"waiting for an answer of {string.Join(", ", _options.Endpoints)} …";

    private static string Standard(CliHost host)
    {
        string? named = host.Environment("CORENODE_UPDATE_SERVER_ENDPOINTS");
        if (!string.IsNullOrWhiteSpace(named))
            return named;
        return File.Exists(DefaultSocket) ? $"unix://{DefaultSocket}" : DefaultUrl;
    }

    private static string? Token(CliHost host, string? file)
    {
        if (string.IsNullOrEmpty(file))
            return host.Environment("CORENODE_UPDATE_SERVER_TOKEN") is { Length: > 0 } secret ? Checked(secret) : null;
        try
        {
            return Checked(File.ReadAllText(file));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--token-file {file}: {fault.Message}");
        }
    }

    private static string Checked(string text)
    {
        string secret = text.Trim();
        return secret.Length > 0 && !secret.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? secret
            : throw new UsageException("the token's secret is one word, as `token add` printed it");
    }
}
