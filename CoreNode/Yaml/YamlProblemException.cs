namespace CoreNode.Yaml;

/// <summary>Text that is no YAML, or not of the form that is needed; with its place, from 1.</summary>
public sealed class YamlProblemException(string message, long line, long column) : Exception(message)
{
    /// <summary>Line of the problem.</summary>
    public long Line { get; } = line;

    /// <summary>Column of the problem.</summary>
    public long Column { get; } = column;
}
