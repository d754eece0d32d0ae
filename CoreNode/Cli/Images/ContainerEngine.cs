using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace CoreNode.Cli.Images;

/// <summary>
/// The container engine of this machine, podman or docker, by the API that both have on a unix socket. World faults are
/// <see cref="IOException"/> with what to do.
/// </summary>
internal sealed class ContainerEngine : IDisposable
{
    private const string DockerHost = "unix://";
    private const string AllOfPodman = "/v4.0.0/libpod/images/prune?all=true";

    private static readonly string[] s_sockets =
        ["/run/podman/podman.sock", "/run/docker.sock", "/var/run/docker.sock"];

    private readonly string _socket;
    private readonly HttpMessageInvoker _invoker;

    private ContainerEngine(string socket)
    {
        _socket = socket;
        _invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
        });
    }

    /// <summary>The one at a socket, or that of the machine.</summary>
    public static ContainerEngine Find(CliHost host, string? named)
    {
        if (named is not null)
            return new ContainerEngine(named);
        if (host.Environment("DOCKER_HOST") is { } told && told.StartsWith(DockerHost, StringComparison.Ordinal))
            return new ContainerEngine(told[DockerHost.Length..]);
        foreach (string socket in s_sockets)
        {
            if (File.Exists(socket))
                return new ContainerEngine(socket);
        }

        throw new IOException(
            $"this machine has no container engine that listens: there is neither {s_sockets[0]} nor {s_sockets[1]}; "
            + "start one (systemctl start podman.socket, or docker.service), or name its socket with --engine");
    }

    /// <summary>Loads the images of an archive; gives their names.</summary>
    public async Task<IReadOnlyList<string>> LoadAsync(
        string file, Action<long, long> progress, CancellationToken cancellation)
    {
        using ArchiveContent content = new(file, progress);
        byte[] body = await AskAsync(HttpMethod.Post, "/images/load?quiet=1", content, cancellation);
        List<string> names = [];
        // Docker tells one object in each line; what went wrong late is an object, too, behind a status of 200.
        foreach (string line in Encoding.UTF8.GetString(body).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using JsonDocument? page = Parse(Encoding.UTF8.GetBytes(line));
            if (page is null)
                continue;
            if (Text(page.RootElement, "error") is { Length: > 0 } error)
                throw new IOException($"{_socket}: {error}");
            string told = Text(page.RootElement, "stream");
            int at = told.IndexOf(": ", StringComparison.Ordinal);
            if (at > 0 && told.StartsWith("Loaded", StringComparison.Ordinal))
                names.AddRange(told[(at + 2)..].Trim().Split(',', StringSplitOptions.RemoveEmptyEntries));
        }

        return names;
    }

    /// <summary>All images.</summary>
    public async Task<IReadOnlyList<EngineImage>> ListAsync(CancellationToken cancellation)
    {
        using JsonDocument page = Needed(await AskAsync(HttpMethod.Get, "/images/json", null, cancellation));
        List<EngineImage> images = [];
        if (page.RootElement.ValueKind != JsonValueKind.Array)
            throw Strange();
        foreach (JsonElement one in page.RootElement.EnumerateArray())
        {
            List<string> names = [];
            if (one.TryGetProperty("RepoTags", out JsonElement tags) && tags.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement tag in tags.EnumerateArray())
                    names.Add(tag.GetString() ?? "");
            }

            images.Add(new EngineImage(Text(one, "Id"), names, Number(one, "Size"), Number(one, "Created")));
        }

        return images;
    }

    /// <summary>Removes images that no container uses: those without a name, or all. How many, and their bytes.
    /// </summary>
    public async Task<(int Images, long Bytes)> PruneAsync(bool isAll, CancellationToken cancellation)
    {
        int count = 0;
        long bytes = 0;
        // Podman 4 takes docker's word for "all" for a contradiction, and has a place of its own for it.
        if (isAll && await TryAskAsync(HttpMethod.Post, AllOfPodman, null, cancellation) is { } own)
        {
            using JsonDocument removed = Needed(own);
            if (removed.RootElement.ValueKind != JsonValueKind.Array)
                throw Strange();
            foreach (JsonElement one in removed.RootElement.EnumerateArray())
            {
                count++;
                bytes += Number(one, "Size");
            }

            return (count, bytes);
        }

        string filters = Uri.EscapeDataString($"{{\"dangling\":[\"{(isAll ? "false" : "true")}\"]}}");
        using JsonDocument page = Needed(
            await AskAsync(HttpMethod.Post, $"/images/prune?filters={filters}", null, cancellation));
        if (page.RootElement.TryGetProperty("ImagesDeleted", out JsonElement deleted)
            && deleted.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement one in deleted.EnumerateArray())
                count += Text(one, "Deleted").Length > 0 ? 1 : 0;
        }

        return (count, Number(page.RootElement, "SpaceReclaimed"));
    }

    /// <inheritdoc/>
    public void Dispose() => _invoker.Dispose();

    private async Task<byte[]> AskAsync(
        HttpMethod method, string path, HttpContent? content, CancellationToken cancellation) =>
        await TryAskAsync(method, path, content, cancellation)
            ?? throw Strange();

    // Null: the engine knows no such place.
    private async Task<byte[]?> TryAskAsync(
        HttpMethod method, string path, HttpContent? content, CancellationToken cancellation)
    {
        using HttpRequestMessage request = new(method, $"http://localhost{path}") { Content = content };
        try
        {
            using HttpResponseMessage reply = await _invoker.SendAsync(request, cancellation);
            byte[] body = await reply.Content.ReadAsByteArrayAsync(cancellation);
            if (reply.StatusCode == HttpStatusCode.OK)
                return body;
            if (reply.StatusCode == HttpStatusCode.NotFound)
                return null;
            using JsonDocument? page = Parse(body);
            string why = page is null ? "" : Text(page.RootElement, "message");
            if (why.Length == 0)
                why = $"status {(int)reply.StatusCode}";
            throw new IOException($"{_socket} refuses: {why.Trim().ReplaceLineEndings(";")}");
        }
        catch (HttpRequestException failed)
        {
            throw new IOException($"{_socket} does not answer: {Reason(failed)}", failed);
        }
    }

    private static string Reason(HttpRequestException failed) => failed.InnerException switch
    {
        SocketException { SocketErrorCode: SocketError.AccessDenied } =>
            "this user may not; be root, or in the group that the socket belongs to",
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } =>
            "nobody listens there; start the engine (systemctl start podman.socket, or docker.service)",
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable or SocketError.HostNotFound } =>
            "there is no such socket",
        { } inner => inner.Message,
        null => failed.Message,
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private JsonDocument Needed(byte[] body) => Parse(body) ?? throw Strange();

    private IOException Strange() => new($"{_socket} answers as no container engine does: name another with --engine");

    private static JsonDocument? Parse(byte[] body)
    {
        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Text(JsonElement page, string name) =>
        page.ValueKind == JsonValueKind.Object && page.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static long Number(JsonElement page, string name) =>
        page.ValueKind == JsonValueKind.Object && page.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number : 0;
}
