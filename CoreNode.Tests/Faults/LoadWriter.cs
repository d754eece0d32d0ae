using CoreNode.Foundation;

namespace CoreNode.Tests.Faults;

/// <summary>What one writer does with its own keys.</summary>
internal enum LoadKind
{
    /// <summary>Sets, creates, updates and deletes a few keys.</summary>
    Registers,

    /// <summary>Counts up one key by compare-and-swap.</summary>
    Counter,

    /// <summary>Posts in-order keys.</summary>
    Queue,

    /// <summary>Sets keys that expire soon or much later.</summary>
    Expiring,
}

/// <summary>
/// One closed-loop writer on keys that nobody else writes: at a kill at most one of its writes is unknown.
/// </summary>
internal sealed class LoadWriter(LoadKind kind, int id, LoadModel model, Prng prng)
{
    /// <summary>How many keys a writer of registers or expiring keys has: Folder/0, Folder/1, …</summary>
    public const int KeyCount = 8;

    private const int LargeValueBytes = 20_000;

    private int _sequence;

    /// <summary>Where its keys lie.</summary>
    public string Folder { get; } = $"/load/{kind.ToString().ToLowerInvariant()}-{id}";

    /// <summary>Writes until an outcome stays unknown, which is allowed only once the server is being killed.</summary>
    public async Task RunAsync(LoadClient client, int round, TimeSpan pause, Func<bool> isKilled)
    {
        while (true)
        {
            LoadOperation done = await client.PerformAsync(Next(round));
            model.Record(done);
            if (done.Index == 0)
            {
                if (!isKilled())
                    model.Complain($"the running server gave no outcome for {done}");
                return;
            }
            if (pause > TimeSpan.Zero)
                await Task.Delay(pause);
        }
    }

    private LoadOperation Next(int round) => kind switch
    {
        LoadKind.Registers => NextRegister(round),
        LoadKind.Counter => NextCount(),
        LoadKind.Queue => new()
        {
            Method = "POST",
            Path = $"{Folder}/{round}",
            Action = "create",
            Value = UniqueValue(round),
        },
        LoadKind.Expiring => NextExpiring(round),
        _ => throw new InvalidOperationException($"no load of the kind {kind}"),
    };

    private LoadOperation NextRegister(int round)
    {
        string key = $"{Folder}/{prng.Next(KeyCount)}";
        bool present = model.Current(key) is not null;
        int choice = prng.Next(10);
        if (present && choice < 2)
            return new() { Method = "DELETE", Path = key, Action = "delete" };
        LoadOperation set = new() { Method = "PUT", Path = key, Action = "set", Value = UniqueValue(round) };
        if (choice >= 5)
            return set;
        return present
            ? set with { Action = "update", Fields = Field("prevExist", "true") }
            : set with { Action = "create", Fields = Field("prevExist", "false") };
    }

    private LoadOperation NextCount()
    {
        StoredKey? now = model.Current(Folder);
        LoadOperation create = new()
        {
            Method = "PUT",
            Path = Folder,
            Action = "create",
            Value = "0",
            Fields = Field("prevExist", "false"),
        };
        if (now is null)
            return create;
        return create with
        {
            Action = "compareAndSwap",
            Value = $"{long.Parse(now.Value, System.Globalization.CultureInfo.InvariantCulture) + 1}",
            Fields = prng.Chance(0.5) ? Field("prevValue", now.Value) : Field("prevIndex", $"{now.ModifiedIndex}"),
        };
    }

    private LoadOperation NextExpiring(int round)
    {
        int seconds = prng.Chance(0.3) ? prng.Next(1, 3) : 3600;
        return new()
        {
            Method = "PUT",
            Path = $"{Folder}/{prng.Next(KeyCount)}",
            Action = "set",
            Value = UniqueValue(round),
            TimeToLive = TimeSpan.FromSeconds(seconds),
            Fields = Field("ttl", $"{seconds}"),
        };
    }

    // Mostly small, now and then large enough to cross the pages and blocks of a log.
    private string UniqueValue(int round)
    {
        int padding = prng.Chance(0.02) ? prng.Next(LargeValueBytes) : prng.Next(200);
        return $"{kind}-{id}-{round}-{_sequence++}_{new string('x', padding)}";
    }

    private static Dictionary<string, string> Field(string name, string value) => new() { [name] = value };
}
