using System.CommandLine;

namespace CoreNode.Cli;

/// <summary>A command with what its help teaches beyond a list of flags.</summary>
internal sealed class CliCommand(string name, string summary) : Command(name, summary)
{
    /// <summary>What to know before using it; null if the summary says it all.</summary>
    public string? Details { get; init; }

    /// <summary>True where arguments are files, for completion of their names.</summary>
    public bool TakesFiles { get; init; }

    /// <summary>Command lines that work as they are, each with what it does.</summary>
    public IReadOnlyList<(string Line, string Meaning)> Examples { get; init; } = [];
}
