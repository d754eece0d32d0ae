using System.Globalization;
using System.Text;
using CoreNode.Api.Client;
using CoreNode.Discovery;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Hosting;

/// <summary>A directory for discovery over HTTP: a discovery service's, or any of an etcd.</summary>
internal sealed class DirectoryClient : IDirectory, IDisposable
{
    private const string Configuration = "_config";

    private readonly V2Client _client;
    private readonly string _path;

    /// <summary>Connects to nothing yet.</summary>
    /// <exception cref="IOException">The CA file cannot be used.</exception>
    internal DirectoryClient(DirectoryUrl url, string? caFile)
    {
        _path = url.Path;
        if (!ClientEndpoint.TryParse(url.Endpoint, out ClientEndpoint? endpoint, out string? problem))
            throw new IOException($"--discovery {url}: {problem}");
        try
        {
            // Services that stand before an etcd keep back the headers of a watch until it has an event.
            _client = new V2Client(new ClientOptions
            {
                Endpoints = [endpoint],
                LimitsWatchStart = false,
                CaFile = caFile,
            });
        }
        catch (ClientConfigurationException wrong)
        {
            throw new IOException($"--discovery-ca-file: {wrong.Message}", wrong);
        }
    }

    public async Task<DirectoryAnswer> AskAsync(DirectoryRequest request, CancellationToken cancellation)
    {
        V2Reply reply = await _client.SendAsync(Request(request), cancellation);
        return reply switch
        {
            V2Reply.Failed failed => new DirectoryAnswer.Unreachable(failed.Reason),
            V2Reply.Answered answer => Read(request, answer),
            _ => throw new InvalidOperationException("an unknown kind of reply"),
        };
    }

    public void Dispose() => _client.Dispose();

    private V2Request Request(DirectoryRequest request) => request switch
    {
        DirectoryRequest.ReadSize => V2Request.Plain($"{_path}/{Configuration}/size"),
        DirectoryRequest.List => V2Request.Plain(_path),
        DirectoryRequest.Register register => V2Request.Set(
            $"{_path}/{register.Id}", Encoding.UTF8.GetBytes(register.Value), new KvSetOptions { MustExist = false }),
        DirectoryRequest.Watch watch => V2Request.Watch(_path, true, checked(watch.AfterIndex + 1)),
        _ => throw new InvalidOperationException("an unknown kind of request"),
    };

    private static DirectoryAnswer Read(DirectoryRequest request, V2Reply.Answered answer)
    {
        if (answer.Status is >= 500 or 408 or 429)
            return new DirectoryAnswer.Unreachable(Describe(answer));
        if (answer.Status is >= 300 and < 400)
        {
            return new DirectoryAnswer.Refused(
                $"it answers HTTP {answer.Status}, a redirect; write the URL that it leads to");
        }

        return answer.IsSuccess ? ReadSuccess(request, answer) : ReadError(V2Json.ParseError(answer));
    }

    private static DirectoryAnswer ReadSuccess(DirectoryRequest request, V2Reply.Answered answer)
    {
        bool isChange = V2Json.TryParseChange(answer.Body, new StoreIndex(answer.Index), out KvChange? change);
        return request switch
        {
            // Old servers end a long watch with nothing.
            DirectoryRequest.Watch => isChange
                ? new DirectoryAnswer.Changed()
                : new DirectoryAnswer.Unreachable("the watch ended without an event"),
            _ when !isChange => new DirectoryAnswer.Refused(
                $"{V2Json.ParseError(answer).Message}; is it the URL of a discovery token?"),
            DirectoryRequest.ReadSize => change!.Node.Value is { } size
                ? new DirectoryAnswer.Size(size)
                : new DirectoryAnswer.Refused("its size is a directory"),
            DirectoryRequest.List when !change!.Node.IsDirectory => new DirectoryAnswer.Refused(
                "it is the URL of a key, and one of a directory is needed"),
            DirectoryRequest.List => new DirectoryAnswer.Listed(Entries(change!.Node), answer.Index),
            _ => new DirectoryAnswer.Registered(),
        };
    }

    private static DirectoryAnswer ReadError(KvError error) => error.Code switch
    {
        (int)ErrorCode.KeyNotFound => new DirectoryAnswer.Missing(error.Cause),
        (int)ErrorCode.KeyExists => new DirectoryAnswer.Exists(),
        (int)ErrorCode.EventIndexCleared or (int)ErrorCode.WatcherCleared => new DirectoryAnswer.Changed(),
        (int)ErrorCode.TooManyPeers => new DirectoryAnswer.NoRoom(),
        0 => new DirectoryAnswer.Refused($"{error.Message}; is it the URL of a discovery token?"),
        _ => new DirectoryAnswer.Refused(string.Create(CultureInfo.InvariantCulture, $"it refuses: {error}")),
    };

    private static List<DirectoryEntry> Entries(KvNode directory)
    {
        List<DirectoryEntry> entries = [];
        foreach (KvNode node in directory.Nodes)
        {
            string id = node.Key[(node.Key.LastIndexOf('/') + 1)..];
            if (id != Configuration && node.Value is { } value)
                entries.Add(new DirectoryEntry(id, value, node.CreatedIndex.Value));
        }

        return entries;
    }

    private static string Describe(V2Reply.Answered answer)
    {
        KvError error = V2Json.ParseError(answer);
        return error.Code == 0 ? error.Message : $"{answer.Endpoint} answered HTTP {answer.Status}: {error}";
    }
}
