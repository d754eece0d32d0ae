namespace CoreNode.Cli.Payloads;

/// <summary>A payload as the command line shows it. Hashes and ids are hexadecimal.</summary>
public sealed record PayloadReport
{
    /// <summary>Its file.</summary>
    public required string File { get; init; }

    /// <summary>Bytes that the whole payload has by its metadata.</summary>
    public required ulong Bytes { get; init; }

    /// <summary>1 (CoreOS, Flatcar) or 2.</summary>
    public required int MajorVersion { get; init; }

    /// <summary>0 for a full payload; 1000 for our patches.</summary>
    public required uint MinorVersion { get; init; }

    /// <summary>Which release; null in payloads of others.</summary>
    public PayloadRelease? Release { get; init; }

    /// <summary>The images that it makes.</summary>
    public required IReadOnlyList<PayloadImage> Images { get; init; }

    /// <summary>One line for each signature.</summary>
    public required IReadOnlyList<string> Signatures { get; init; }
}
