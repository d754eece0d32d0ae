namespace CoreNode.Updates.Server.Books;

/// <summary>A line of history that is to be written.</summary>
internal sealed record HistoryRow(Instance Machine, long At, MachineEventKind Kind)
{
    public int Type { get; init; }

    public int Result { get; init; }

    public uint ErrorCode { get; init; }

    public string Version { get; init; } = "";

    public string Other { get; init; } = "";

    public int State { get; init; }
}
