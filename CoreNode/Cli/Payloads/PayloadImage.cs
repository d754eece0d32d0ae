namespace CoreNode.Cli.Payloads;

/// <summary>One image that a payload makes.</summary>
public sealed record PayloadImage
{
    /// <summary>"root", "kernel" …</summary>
    public required string Name { get; init; }

    /// <summary>Bytes of it.</summary>
    public required ulong Bytes { get; init; }

    /// <summary>Its SHA-256.</summary>
    public required string Sha256 { get; init; }

    /// <summary>SHA-256 of the image that it is made from; null for none.</summary>
    public required string? OldSha256 { get; init; }

    /// <summary>Kinds of operations.</summary>
    public required IReadOnlyList<PayloadOperations> Operations { get; init; }
}
