using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using CoreNode.Foundation;
using CoreNode.Tests.Conformance.Differential;
using CoreNode.Tests.EndToEnd.Clusters;
using CoreNode.Tests.Histories;

namespace CoreNode.Tests.Faults.Clusters;

/// <summary>
/// One client of a cluster: one request after the other on a few keys that it shares with the others, to a member
/// drawn anew each time. Everything that it asks is in the history before it is sent; an answer that says nothing for
/// certain leaves it open.
/// </summary>
internal sealed class RegisterClient : IDisposable
{
    /// <summary>How many keys all clients share.</summary>
    public const int KeyCount = 5;

    private const int MostPauseMilliseconds = 20;
    private static readonly TimeSpan s_afterRefusal = TimeSpan.FromMilliseconds(20);

    private readonly int _id;
    private readonly HistoryRecorder _history;
    private readonly RegisterKnowledge _knowledge;
    private readonly Prng _prng;
    private readonly MemberConnection[] _connections;
    private int _lastFailed = -1;
    private int _sequence;

    public RegisterClient(
        int id, ClusterProcesses cluster, HistoryRecorder history, RegisterKnowledge knowledge, Prng prng)
    {
        _id = id;
        _history = history;
        _knowledge = knowledge;
        _prng = prng;
        _connections = [.. cluster.Members.Select(m => new MemberConnection(m, cluster.Clients))];
    }

    /// <summary>
    /// The only member that it talks to; -1 for all. One that is bound reads only: what a member that was paused or
    /// cut off answers later must not be old.
    /// </summary>
    public int BoundTo { get; init; } = -1;

    /// <summary>How long it waits for an answer.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>False is a mistake that the judge must find: reads that may be old.</summary>
    public bool ReadsWithQuorum { get; init; } = true;

    /// <summary>Asks until <paramref name="isOver"/> says that it is enough.</summary>
    public async Task RunAsync(Func<bool> isOver)
    {
        while (!isOver())
        {
            int member = BoundTo >= 0 ? BoundTo : DrawMember();
            HistoryResult result = await PerformAsync(BoundTo >= 0 ? Read(DrawKey()) : Next(), member);
            bool isFailure = result is HistoryResult.Refused or HistoryResult.Unknown;
            _lastFailed = isFailure ? member : -1;
            await Task.Delay(isFailure ? s_afterRefusal : TimeSpan.FromMilliseconds(_prng.Next(MostPauseMilliseconds)));
        }
    }

    /// <summary>A linearizable read of a key, not yet sent.</summary>
    public HistoryOperation Read(string key) => New(HistoryKind.Get, key);

    /// <summary>An unconditional write of a key, not yet sent.</summary>
    public HistoryOperation Set(string key) => New(HistoryKind.Set, key) with { Value = NewValue() };

    /// <summary>Sends one operation to one member and notes what became of it.</summary>
    public async Task<HistoryResult> PerformAsync(HistoryOperation operation, int member)
    {
        int number = _history.Begin(operation with { InvokedAt = Stopwatch.GetTimestamp() });
        MemberReply reply = await _connections[member].AskAsync(
            Method(operation.Kind), Target(operation), Form(operation), Patience);
        if (reply.Answer is { } answer)
            return Note(number, operation, answer);
        HistoryResult result = reply.WasSent ? HistoryResult.Unknown : HistoryResult.Refused;
        _history.End(number, Stopwatch.GetTimestamp(), result);
        return result;
    }

    public void Dispose()
    {
        foreach (MemberConnection connection in _connections)
            connection.Dispose();
    }

    /// <summary>The name of one of the shared keys.</summary>
    public static string Key(int number) => string.Create(CultureInfo.InvariantCulture, $"/load/r{number}");

    private HistoryResult Note(int number, HistoryOperation operation, RawAnswer answer)
    {
        long at = Stopwatch.GetTimestamp();
        if (answer.Status is not (200 or 201))
        {
            HistoryResult failure = Failure(operation, answer);
            _history.End(number, at, failure);
            return failure;
        }
        JsonNode node = JsonNode.Parse(answer.Body)!["node"]!;
        string? value = (string?)node["value"];
        ulong index = (ulong)node["modifiedIndex"]!;
        _history.End(number, at, HistoryResult.Ok, operation.IsWrite ? null : value, index);
        _knowledge.See(operation.Key, value, index);
        if (operation.IsWrite)
            _knowledge.CountAcknowledged();
        return HistoryResult.Ok;
    }

    private HistoryResult Failure(HistoryOperation operation, RawAnswer answer)
    {
        // 3xx error codes and the statuses that go with them: the cluster could not say (no leader, timed out).
        if (answer.Status >= 500)
            return HistoryResult.Unknown;
        switch ((int?)JsonNode.Parse(answer.Body)?["errorCode"])
        {
            case 100:
                _knowledge.See(operation.Key, null, 0);
                return HistoryResult.KeyNotFound;
            case 101:
                return HistoryResult.CompareFailed;
            case 105:
                return HistoryResult.KeyExists;
            default:
                throw new InvalidDataException($"{operation} was answered with {answer.Status}: {answer.Text}");
        }
    }

    private HistoryOperation Next()
    {
        string key = DrawKey();
        (string Value, ulong Index)? seen = _knowledge.Of(key);
        int choice = _prng.Next(100);
        if (choice < 40)
            return Read(key);
        if (choice < 60)
            return Set(key);
        if (seen is null)
            return New(HistoryKind.Create, key) with { Value = NewValue() };
        return choice switch
        {
            < 80 => New(HistoryKind.CompareAndSwap, key) with { Value = NewValue(), PreviousValue = seen.Value.Value },
            < 88 => New(HistoryKind.CompareAndSwap, key) with { Value = NewValue(), PreviousIndex = seen.Value.Index },
            < 92 => New(HistoryKind.Update, key) with { Value = NewValue() },
            < 96 => New(HistoryKind.Delete, key),
            _ => New(HistoryKind.CompareAndDelete, key) with { PreviousValue = seen.Value.Value },
        };
    }

    // Seldom the one that just failed: most of the load goes where it is of use.
    private int DrawMember()
    {
        int drawn = _prng.Next(_connections.Length);
        return drawn != _lastFailed || _prng.Chance(0.2) ? drawn : _prng.Next(_connections.Length);
    }

    private string DrawKey() => Key(_prng.Next(KeyCount));

    private string NewValue() => string.Create(CultureInfo.InvariantCulture, $"c{_id}n{_sequence++}");

    private HistoryOperation New(HistoryKind kind, string key) => new()
    {
        Client = _id,
        Key = key,
        Kind = kind,
        InvokedAt = 0,
        ReturnedAt = long.MaxValue,
        Result = HistoryResult.Unknown,
    };

    private static string Method(HistoryKind kind) => kind switch
    {
        HistoryKind.Get => "GET",
        HistoryKind.Delete or HistoryKind.CompareAndDelete => "DELETE",
        _ => "PUT",
    };

    private string Target(HistoryOperation operation)
    {
        string path = $"/v2/keys{operation.Key}";
        return operation.Kind switch
        {
            HistoryKind.Get => ReadsWithQuorum ? $"{path}?quorum=true" : path,
            HistoryKind.CompareAndDelete => $"{path}?prevValue={operation.PreviousValue}",
            _ => path,
        };
    }

    private static string? Form(HistoryOperation operation)
    {
        string value = $"value={operation.Value}";
        return operation.Kind switch
        {
            HistoryKind.Set => value,
            HistoryKind.Create => $"{value}&prevExist=false",
            HistoryKind.Update => $"{value}&prevExist=true",
            HistoryKind.CompareAndSwap when operation.PreviousValue is { } previous => $"{value}&prevValue={previous}",
            HistoryKind.CompareAndSwap => string.Create(
                CultureInfo.InvariantCulture, $"{value}&prevIndex={operation.PreviousIndex}"),
            _ => null,
        };
    }
}
