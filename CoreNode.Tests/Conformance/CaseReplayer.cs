using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace CoreNode.Tests.Conformance;

/// <summary>
/// Runs the steps of a recorded case over raw sockets against one server and returns the normalised answer to each.
/// A case reads the store index first, so nothing else may write to that server meanwhile. What a worker shows as the
/// client URL is its member's.
/// </summary>
internal sealed class CaseReplayer(Uri server, Uri? shown = null)
{
    private static readonly TimeSpan _requestTimeout = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan _awaitTimeout = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan _watchStart = TimeSpan.FromMilliseconds(150);

    private string? _peerUrl;

    /// <summary>The store's index now.</summary>
    public async Task<long> IndexAsync()
    {
        RawResponse answer = await AskAsync("GET", "/v2/keys");
        return long.Parse(answer.Header("X-Etcd-Index")!, CultureInfo.InvariantCulture);
    }

    /// <summary>Raises the store's index to at least <paramref name="index"/>.</summary>
    public async Task RaiseIndexAsync(long index)
    {
        for (long now = await IndexAsync(); now < index; now++)
            await AskAsync("PUT", "/v2/keys/warm_up?value=x");
        await AskAsync("DELETE", "/v2/keys/warm_up");
    }

    /// <summary>One answer for each step; an empty one for steps that have none yet.</summary>
    public async Task<IReadOnlyList<JsonObject>> RunAsync(RecordedCase recorded)
    {
        await DeleteAsync(recorded);
        try
        {
            return await RunStepsAsync(recorded);
        }
        finally
        {
            await DeleteAsync(recorded);
        }
    }

    private async Task<IReadOnlyList<JsonObject>> RunStepsAsync(RecordedCase recorded)
    {
        long start = await IndexAsync();
        _peerUrl ??= await PeerUrlAsync();
        ResponseNormalizer normalizer = new((shown ?? server).Authority, start);
        Dictionary<string, (RawConnection Connection, CaseStep Step)> pending = [];
        List<JsonObject> answers = [];
        foreach (CaseStep step in recorded.Steps.Select(node => new CaseStep(node!.AsObject(), start, _peerUrl)))
        {
            if (step.Sleep is { } pause)
            {
                await Task.Delay(pause);
                answers.Add([]);
            }
            else if (step.Await is { } id)
            {
                (RawConnection connection, CaseStep asked) = pending[id];
                using (connection)
                {
                    RawResponse? answer = await connection.ReceiveAsync(
                        step.Timeout ?? _awaitTimeout, got => asked.IsHead || HasEvents(got, step.Events));
                    answers.Add(normalizer.Normalize(answer, asked.IsSorted, asked.HeadOnly));
                }
            }
            else if (step.Async is { } name)
            {
                RawConnection connection = await OpenAndSendAsync(step);
                pending[name] = (connection, step);
                await Task.Delay(_watchStart);
                answers.Add([]);
            }
            else
            {
                answers.Add(normalizer.Normalize(await RepeatAsync(step), step.IsSorted, step.HeadOnly));
            }
        }
        return answers;
    }

    private async Task<RawResponse?> RepeatAsync(CaseStep step)
    {
        RawResponse? answer = null;
        for (int i = 0; i < step.Repeat; i++)
        {
            using RawConnection connection = await OpenAndSendAsync(step);
            answer = await connection.ReceiveAsync(step.Timeout ?? _requestTimeout, _ => step.IsHead || step.HeadOnly);
        }
        return answer;
    }

    private async Task<RawConnection> OpenAndSendAsync(CaseStep step)
    {
        RawConnection connection = await RawConnection.OpenAsync(server);
        (string head, byte[] body) = step.Request(server.Authority);
        await connection.SendAsync(head, body);
        return connection;
    }

    private async Task DeleteAsync(RecordedCase recorded)
    {
        foreach (string key in recorded.SetupDelete)
            await AskAsync("DELETE", $"/v2/keys{key}?recursive=true&dir=true");
    }

    private async Task<string> PeerUrlAsync()
    {
        RawResponse answer = await AskAsync("GET", "/v2/members");
        JsonNode members = JsonNode.Parse(Encoding.UTF8.GetString(answer.Body))!;
        return (string)members["members"]![0]!["peerURLs"]![0]!;
    }

    private async Task<RawResponse> AskAsync(string method, string path)
    {
        using RawConnection connection = await RawConnection.OpenAsync(server);
        string head = $"{method} {path} HTTP/1.1\r\nHost: {server.Authority}\r\n"
            + "Content-Length: 0\r\nConnection: close\r\n";
        await connection.SendAsync(head, []);
        return await connection.ReceiveAsync(_requestTimeout, _ => false)
            ?? throw new IOException($"no answer to {method} {path} within {_requestTimeout}");
    }

    private static bool HasEvents(RawResponse answer, int? events) =>
        events is { } wanted && answer.Body.Count(b => b == '\n') >= wanted;
}
