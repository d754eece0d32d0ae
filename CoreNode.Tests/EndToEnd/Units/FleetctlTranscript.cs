using System.Globalization;
using System.Text;
using System.Text.Json;
using CoreNode.Tests.Api;
using CoreNode.Units.Model;

namespace CoreNode.Tests.EndToEnd.Units;

/// <summary>
/// Plays a file of Transcripts against a native machine: what fleetctl 1.0.0 sends for its commands, as it was recorded
/// (fleet: B.1), byte for byte, with its waits and their limits. Transcripts/README.md says what the lines mean.
/// </summary>
internal sealed class FleetctlTranscript(UnitCluster cluster, Func<Task<RawClient>> connect, string host)
{
    private const string Client = "User-Agent: google-api-go-client/0.5\r\n";
    private const string Gzip = "Accept-Encoding: gzip\r\n\r\n";

    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_forever = TimeSpan.FromSeconds(20);

    private readonly Dictionary<string, UnitFile> _files = [];
    private readonly Dictionary<string, int> _processes = [];
    private string _command = "";
    private RawClient? _connection;

    /// <summary>Plays it to its end; what is not as it should be fails with its line.</summary>
    public async Task PlayAsync(IReadOnlyList<string> lines)
    {
        try
        {
            for (int i = 0; i < lines.Count; i++)
            {
                string[] words = lines[i].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (words.Length == 0 || words[0].StartsWith('#'))
                    continue;
                _command = words[0] == "fleetctl" ? lines[i] : _command;
                string place = string.Create(CultureInfo.InvariantCulture, $"line {i + 1}: {lines[i]}\n({_command})");
                if (words[0] == "file")
                    i = ReadFile(lines, i, words[1]);
                else
                    await DoAsync(words, place);
            }
        }
        finally
        {
            if (_connection is not null)
                await _connection.DisposeAsync();
        }
    }

    private int ReadFile(IReadOnlyList<string> lines, int at, string name)
    {
        StringBuilder text = new();
        while (at + 1 < lines.Count && (lines[at + 1].StartsWith("    ", StringComparison.Ordinal)
            || lines[at + 1].Length == 0))
        {
            text.Append(lines[++at].Trim().Replace("$MARK", cluster.Mark, StringComparison.Ordinal)).Append('\n');
        }

        _files[name] = UnitFile.Parse(text.ToString(), out _)!;
        return at;
    }

    private async Task DoAsync(string[] words, string place)
    {
        switch (words)
        {
            case ["fleetctl", ..]:
                // Each run of the client has a connection of its own, which all of its requests share.
                if (_connection is not null)
                    await _connection.DisposeAsync();
                _connection = await connect();
                break;
            case ["list", var collection, .. var names]:
                await ListAsync(collection, names, place);
                break;
            case ["poll", var target, .. var fields]:
                await PollAsync(target, fields, place);
                break;
            case ["runs", var unit, var count]:
                await cluster.UntilActiveAsync(unit, int.Parse(count, CultureInfo.InvariantCulture));
                if (cluster.CopiesOf(unit) is [int process])
                    _processes[unit] = process;
                break;
            case ["anew", var unit]:
                await cluster.UntilAsync(
                    () => Task.FromResult(cluster.CopiesOf(unit) is [int now] && now != _processes[unit]),
                    $"{place}: {unit} runs anew");
                break;
            default:
                await RequestAsync(words, place);
                break;
        }
    }

    // METHOD TARGET [options FILE | state STATE] = STATUS [FIELD=VALUE…]
    private async Task RequestAsync(string[] words, string place)
    {
        int equals = Array.IndexOf(words, "=");
        Assert.That(equals, Is.AtLeast(2), $"{place}: not a line of a transcript");
        string name = Uri.UnescapeDataString(words[1][(words[1].IndexOf('/', StringComparison.Ordinal) + 1)..]);
        string? body = words[2..equals] switch
        {
            ["options", var file] => Options(name, _files[file]),
            ["state", var state] => $$"""{"desiredState":"{{state}}","name":"{{name}}"}""" + "\n",
            _ => null,
        };
        RawAnswer answer = await AskAsync(words[0], words[1], "", body);
        int status = int.Parse(words[equals + 1], CultureInfo.InvariantCulture);
        Assert.That(answer.Status, Is.EqualTo(status), $"{place}: {answer.Body}");

        // fleetctl leaves such bodies unread: something in them would end its connection.
        if (status is 201 or 204)
            Assert.That((answer.Body, answer["Content-Length"]), Is.EqualTo(("", status == 201 ? "0" : null)), place);
        Assert.That(IsSo(answer, words[(equals + 2)..]), Is.True, $"{place}: {answer.Body}");
    }

    private async Task PollAsync(string target, string[] fields, string place)
    {
        TimeSpan limit = s_forever;
        if (fields is [.. var wanted, "within", var seconds])
        {
            limit = TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture));
            fields = wanted;
        }

        using CancellationTokenSource deadline = new(limit);
        while (true)
        {
            // Its first look is when its first interval is over.
            await Task.Delay(s_interval, CancellationToken.None);
            RawAnswer answer = await AskAsync("GET", target, "", null);
            if (fields is ["404"] ? answer.Status == 404 : answer.Status == 200 && IsSo(answer, fields))
                return;
            Assert.That(deadline.IsCancellationRequested, Is.False, $"{place}: {answer.Status} {answer.Body}");
            if (fields is not ["404"])
                Assert.That(answer.Status, Is.EqualTo(200), $"{place}: {answer.Body}");
        }
    }

    // All pages; units and states are in order of their names, and those that are named are there, or not (!NAME).
    private async Task ListAsync(string collection, string[] names, string place)
    {
        List<string> all = [];
        string token = "";
        do
        {
            string query = token.Length == 0 ? "" : $"&nextPageToken={Uri.EscapeDataString(token)}";
            RawAnswer answer = await AskAsync("GET", collection, query, null);
            Assert.That(answer.Status, Is.EqualTo(200), $"{place}: {answer.Body}");
            using JsonDocument page = JsonDocument.Parse(answer.Body);
            string field = collection == "state" ? "states" : collection;
            if (page.RootElement.TryGetProperty(field, out JsonElement items))
            {
                Assert.That(items.GetArrayLength(), Is.InRange(1, 100), place);
                foreach (JsonElement item in items.EnumerateArray())
                    all.Add(item.GetProperty(collection == "machines" ? "id" : "name").GetString()!);
            }

            token = page.RootElement.TryGetProperty("nextPageToken", out JsonElement next) ? next.GetString()! : "";
        }
        while (token.Length > 0);
        Assert.That(all, Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal), place);
        foreach (string name in names)
            Assert.That(all.Contains(name.TrimStart('!')), Is.EqualTo(!name.StartsWith('!')), $"{place}: {name}");
    }

    private async Task<RawAnswer> AskAsync(string method, string target, string query, string? body)
    {
        string head = $"{method} /fleet/v1/{target}?alt=json{query} HTTP/1.1\r\nHost: {host}\r\n{Client}";
        if (body is not null)
        {
            int length = Encoding.UTF8.GetByteCount(body);
            head += string.Create(
                CultureInfo.InvariantCulture, $"Content-Length: {length}\r\nContent-Type: application/json\r\n");
        }

        await _connection!.SendAsync(head + Gzip + body);
        RawAnswer answer = await _connection.ReadAsync();
        Assert.That(
            (answer["Content-Type"], answer["Server"], answer["Content-Encoding"], answer["Connection"]),
            Is.EqualTo(("application/json", "fleetd/1.0.0", (string?)null, (string?)null)), $"{_command}: {head}");
        return answer;
    }

    private static string Options(string name, UnitFile file)
    {
        string[] options =
        [
            .. file.Options.Select(static option => $"{{\"name\":{Quote(option.Name)},\"section\":"
                + $"{Quote(option.Section)},\"value\":{Quote(option.Value)}}}"),
        ];
        return $"{{\"name\":\"{name}\",\"options\":[{string.Join(',', options)}]}}\n";
    }

    // The default encoder writes <, > and & as Go does.
    private static string Quote(string text) => JsonSerializer.Serialize(text, JsonSerializerOptions.Default);

    private static bool IsSo(RawAnswer answer, string[] fields)
    {
        if (fields.Length == 0)
            return true;
        using JsonDocument body = JsonDocument.Parse(answer.Body);
        return Array.TrueForAll(fields, field =>
        {
            int equals = field.IndexOf('=', StringComparison.Ordinal);
            string value = body.RootElement.TryGetProperty(field[..equals], out JsonElement found)
                ? found.GetString()! : "";
            return value == field[(equals + 1)..] || (field[(equals + 1)..] == "*" && value.Length > 0);
        });
    }
}
