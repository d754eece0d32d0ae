using System.Collections.Concurrent;
using CoreNode.Units.Manager;
using CoreNode.Units.Model;

namespace CoreNode.Systemd;

/// <summary>
/// What is known of the cluster's units on this machine, kept from signals. Any thread; readers of what is published
/// take no lock.
/// </summary>
internal sealed class UnitTable
{
    // Guards _records and all facts.
    private readonly Lock _gate = new();
    private readonly Dictionary<string, UnitRecord> _records = [];
    private readonly ConcurrentDictionary<string, UnitObservation> _published = new();

    /// <summary>Called after a unit's observation has changed, with its name.</summary>
    public Action<string>? OnChanged { get; init; }

    public IReadOnlyDictionary<string, UnitObservation> Published => _published;

    public UnitRecord? Find(string name)
    {
        lock (_gate)
            return _records.GetValueOrDefault(UnitPath.Of(name));
    }

    public IReadOnlyList<UnitRecord> All()
    {
        lock (_gate)
            return [.. _records.Values];
    }

    /// <summary>Enters a unit whose facts are complete.</summary>
    public void Add(UnitRecord record)
    {
        lock (_gate)
            _records[record.Path] = record;
        Publish(record);
    }

    public void Remove(UnitRecord record)
    {
        lock (_gate)
            _records.Remove(record.Path);
        if (_published.TryRemove(record.Name, out _))
            OnChanged?.Invoke(record.Name);
    }

    /// <summary>Changes facts, entered or not, and publishes them if they are entered.</summary>
    public void Change(UnitRecord record, Action<UnitFacts> change)
    {
        lock (_gate)
            change(record.Facts);
        Publish(record);
    }

    /// <summary>Reads facts out of a message.</summary>
    public void Read(UnitRecord record, BusReader reader)
    {
        lock (_gate)
            record.Facts.Read(reader);
        Publish(record);
    }

    /// <summary>Reads the answer to being asked for the control group.</summary>
    public void ReadGroup(UnitRecord record, BusReader reader)
    {
        lock (_gate)
            record.Facts.ReadGroup(reader);
        Publish(record);
    }

    /// <summary>A signal about any unit; the record if it is one of ours.</summary>
    public UnitRecord? ReadSignal(BusReader reader)
    {
        string path = reader.Path;
        if (!path.StartsWith(UnitPath.Prefix, StringComparison.Ordinal))
            return null;
        UnitRecord? record;
        lock (_gate)
        {
            if (!_records.TryGetValue(path, out record))
                return null;
            reader.ReadString();
            record.Facts.Read(reader);
        }

        Publish(record);
        return record;
    }

    public UnitStates States(UnitRecord record)
    {
        lock (_gate)
            return record.Facts.States;
    }

    public T Look<T>(UnitRecord record, Func<UnitFacts, T> look)
        where T : class
    {
        lock (_gate)
            return look(record.Facts);
    }

    private void Publish(UnitRecord record)
    {
        lock (_gate)
        {
            if (!_records.TryGetValue(record.Path, out UnitRecord? entered) || entered != record)
                return;
            UnitObservation now = record.Facts.Observe(record.Name, record.Hash);
            if (_published.TryGetValue(record.Name, out UnitObservation? before) && before == now)
                return;
            _published[record.Name] = now;
        }

        OnChanged?.Invoke(record.Name);
    }
}
