namespace CoreNode.Runner.Settings;

/// <summary>What a standard stream is connected with.</summary>
internal enum OutputKind
{
    Journal,
    Null,
    File,
    Append,
    Truncate,
    Inherit,
}
