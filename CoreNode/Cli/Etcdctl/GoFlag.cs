namespace CoreNode.Cli.Etcdctl;

/// <summary>A flag as Go's flag package has it. Not a boolean: takes a value.</summary>
/// <param name="Names">Its names without dashes, the first one is its key.</param>
/// <param name="Kind">What values it takes.</param>
/// <param name="Usage">Its help, with the value's name in backticks if it is not "value".</param>
/// <param name="Default">What the help shows as default; null for none.</param>
internal sealed record GoFlag(string[] Names, GoFlagKind Kind, string Usage, string? Default = null);

/// <summary>Kinds of values.</summary>
internal enum GoFlagKind
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary>Any text; each further one is added.</summary>
    Texts,

    /// <summary>Present, or =true / =false.</summary>
    Boolean,

    /// <summary>A signed 64-bit number, also 0x… and 0….</summary>
    Number,

    /// <summary>A time with its unit: 2s, 500ms, 1m30s.</summary>
    Duration,
}
