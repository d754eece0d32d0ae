namespace CoreNode.Updates.Server.Books;

/// <summary>An application with its machines and groups. Owned by the ledger.</summary>
internal sealed class AppBook(long number, string id)
{
    private const int LeastOld = 1024;

    /// <summary>Its number in the database.</summary>
    public long Number { get; } = number;

    /// <summary>Without braces, in small letters.</summary>
    public string Id { get; } = id;

    /// <summary>By machine id.</summary>
    public Dictionary<string, Instance> Machines { get; } = new(StringComparer.Ordinal);

    /// <summary>By id.</summary>
    public Dictionary<string, GroupBook> Groups { get; } = new(StringComparer.Ordinal);

    /// <summary>Machines in the order in which they became known; some are no newcomers any more.</summary>
    public Queue<Instance> Newcomers { get; } = new();

    /// <summary>Drops those that are no newcomers any more, where they are many.</summary>
    public void TidyNewcomers()
    {
        if (Newcomers.Count < (2 * Machines.Count) + LeastOld)
            return;
        Instance[] all = [.. Newcomers];
        Newcomers.Clear();
        foreach (Instance machine in all)
        {
            if (machine.IsNewcomer)
                Newcomers.Enqueue(machine);
        }
    }
}
