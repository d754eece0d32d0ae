namespace CoreNode.Disks.Gpt;

/// <summary>Where one copy of a table lies, in sectors.</summary>
internal sealed record GptPlace
{
    /// <summary>The header's own sector.</summary>
    public required ulong Header { get; init; }

    /// <summary>The other copy's header.</summary>
    public required ulong OtherHeader { get; init; }

    /// <summary>The first sector of the entries.</summary>
    public required ulong Entries { get; init; }
}
