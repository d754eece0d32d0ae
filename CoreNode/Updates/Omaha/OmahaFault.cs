namespace CoreNode.Updates.Omaha;

/// <summary>Why an exchange with an update server gave nothing that can be used.</summary>
/// <param name="Code">The code that event 3:0 reports, one of those of update_engine.</param>
/// <param name="Message">What happened and what to do, one line.</param>
public sealed record OmahaFault(uint Code, string Message)
{
    /// <summary>The answer was empty.</summary>
    public const uint EmptyResponse = 30;

    /// <summary>The answer is no XML of Omaha.</summary>
    public const uint UnreadableXml = 31;

    /// <summary>The answer is XML, but lacks or contradicts what an update needs, or is a refusal.</summary>
    public const uint InvalidResponse = 34;

    /// <summary>The version that runs is the one from before the update: it was rolled back.</summary>
    public const uint Rollback = 44;

    /// <summary>Plus the status of HTTP, or nothing where there was no answer at all.</summary>
    public const uint HttpBase = 2000;

    /// <summary>More than HTTP has statuses.</summary>
    public const uint HttpLast = 2999;

    /// <inheritdoc/>
    public override string ToString() => $"{Message} (error {Code})";
}
