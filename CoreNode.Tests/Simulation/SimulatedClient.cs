using System.Globalization;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Tests.Histories;

namespace CoreNode.Tests.Simulation;

/// <summary>
/// A client with one request at a time, to any member, that keeps a history of what it asked and was told. It gives up
/// after a while; what became of such a request is unknown.
/// </summary>
internal sealed class SimulatedClient
{
    private const long Way = 100_000;

    private readonly SimulatedCluster _cluster;
    private readonly SimulatedWorld _world;
    private readonly int _number;
    private readonly Prng _chance;
    private SimulatedMember? _favourite;
    private int _values;

    public SimulatedClient(SimulatedCluster cluster, int number)
    {
        _cluster = cluster;
        _world = cluster.World;
        _number = number;
        _chance = new Prng(cluster.Plan.Seed).Child($"client {number}");
    }

    /// <summary>Requests that were answered with success.</summary>
    public int Succeeded { get; private set; }

    /// <summary>True to end after the request under way.</summary>
    public bool MustStop { get; set; }

    /// <summary>Goes on after a moment of thought.</summary>
    public void Think() =>
        _world.After((long)(_chance.NextDouble() * 2 * _cluster.Plan.Think), () =>
        {
            if (!MustStop)
                Ask();
        });

    private void Ask()
    {
        HistoryOperation operation = Draw();
        int number = _cluster.History.Begin(operation);
        if (_favourite is null || _chance.Chance(0.2))
            _favourite = _cluster.Members[_chance.Next(_cluster.Members.Count)];
        SimulatedMember member = _favourite;
        bool isOver = false;
        void End(HistoryResult result, string? seen, ulong index)
        {
            if (isOver)
                return;
            isOver = true;
            _cluster.History.End(number, _world.Now, result, seen, index);
            Note(member, operation, result, seen, index);
            if (result is HistoryResult.Unknown or HistoryResult.Refused)
                _favourite = null;
            Think();
        }

        byte[]? command = operation.Kind == HistoryKind.Get ? null : Encode(operation);
        SimulatedCall call = new(_world, command, answer =>
        {
            (HistoryResult result, string? seen, ulong index) = Read(operation, answer);
            End(result, seen, index);
        });
        _world.After(Way, () =>
        {
            if (member.Process is { } process)
                process.Submit(call);
            else
                _world.After(Way, () => End(HistoryResult.Refused, null, 0));
        });
        long patience = (500 + _chance.Next(9_000)) * SimulationPlan.Millisecond;
        _world.After(patience, () => End(HistoryResult.Unknown, null, 0));
    }

    private HistoryOperation Draw()
    {
        string key = $"/k{_chance.Next(_cluster.Plan.Keys)}";
        (string? value, ulong index) = _cluster.Known.GetValueOrDefault(key);
        int choice = _chance.Next(100);
        HistoryKind kind = choice switch
        {
            < 35 => HistoryKind.Get,
            < 60 => HistoryKind.Set,
            < 70 => HistoryKind.Create,
            < 73 => HistoryKind.Update,
            < 80 => HistoryKind.Delete,
            < 97 => HistoryKind.CompareAndSwap,
            _ => HistoryKind.CompareAndDelete,
        };
        bool isConditional = kind is HistoryKind.CompareAndSwap or HistoryKind.CompareAndDelete;
        bool isByIndex = isConditional && index != 0 && _chance.Chance(0.5);
        bool hasValue = kind is not (HistoryKind.Get or HistoryKind.Delete or HistoryKind.CompareAndDelete);
        return new HistoryOperation
        {
            Client = _number,
            Key = key,
            Kind = kind,
            Value = hasValue ? DrawValue() : null,
            PreviousValue = isConditional && !isByIndex ? value ?? "nothing" : null,
            PreviousIndex = isByIndex ? index : 0,
            InvokedAt = _world.Now,
            ReturnedAt = long.MaxValue,
            Result = HistoryResult.Unknown,
        };
    }

    private string DrawValue()
    {
        string value = string.Create(CultureInfo.InvariantCulture, $"c{_number}v{++_values}");
        bool isLarge = _cluster.Plan.HasLargeValues && _chance.Chance(0.2);
        return isLarge ? value + new string('.', _chance.Next(3000)) : value;
    }

    private static byte[] Encode(HistoryOperation operation) => new KeyCommand
    {
        Operation = operation.Kind switch
        {
            HistoryKind.Set => KeyOperation.Set,
            HistoryKind.Create => KeyOperation.Create,
            HistoryKind.Update => KeyOperation.Update,
            HistoryKind.Delete => KeyOperation.Delete,
            HistoryKind.CompareAndSwap => KeyOperation.CompareAndSwap,
            _ => KeyOperation.CompareAndDelete,
        },
        Key = Encoding.UTF8.GetBytes(operation.Key),
        Value = Encoding.UTF8.GetBytes(operation.Value ?? ""),
        PreviousValue = Encoding.UTF8.GetBytes(operation.PreviousValue ?? ""),
        PreviousIndex = operation.PreviousIndex,
    }.Encode();

    private static (HistoryResult Result, string? Seen, ulong Index) Read(
        HistoryOperation operation, SimulatedAnswer answer)
    {
        if (ReferenceEquals(answer, SimulatedAnswer.None))
            return (HistoryResult.Unknown, null, 0);
        if (ReferenceEquals(answer, SimulatedAnswer.Early))
            return (operation.Kind == HistoryKind.Set ? HistoryResult.Ok : HistoryResult.Unknown, null, 0);
        if (operation.Kind != HistoryKind.Get)
            return answer.Outcome.Event is { } change
                ? (HistoryResult.Ok, null, change.Index.Value)
                : (ResultOf(answer.Outcome.Error), null, 0);
        if (answer.Keyspace is null)
            return (ResultOf(answer.ReadError), null, 0);
        return answer.Keyspace.TryGet(Encoding.UTF8.GetBytes(operation.Key), out KeyRecord record)
            ? (HistoryResult.Ok, Encoding.UTF8.GetString(record.Value), record.ModifiedIndex)
            : (HistoryResult.KeyNotFound, null, 0);
    }

    private static HistoryResult ResultOf(KeyError? error) => error?.Code switch
    {
        ErrorCode.KeyNotFound => HistoryResult.KeyNotFound,
        ErrorCode.CompareFailed => HistoryResult.CompareFailed,
        ErrorCode.KeyExists => HistoryResult.KeyExists,
        _ => HistoryResult.Unknown,
    };

    private void Note(
        SimulatedMember member, HistoryOperation operation, HistoryResult result, string? seen, ulong index)
    {
        if (result == HistoryResult.Ok)
        {
            Succeeded++;
            string? value = operation.Kind == HistoryKind.Get ? seen : operation.Value;
            if (index >= _cluster.Known.GetValueOrDefault(operation.Key).Index)
                _cluster.Known[operation.Key] = (value, index);
        }

        _world.Trace.Note(5, (ulong)_number, (ulong)result, index);
        if (_world.Trace.IsVerbose)
        {
            string line = $"client {_number} at {member.Name}: {operation with { Result = result }} {seen} @{index}";
            _world.Trace.Write(line.Replace("...", "", StringComparison.Ordinal));
        }
    }
}
