using CoreNode.Documents;

namespace CoreNode.Provision.Model;

/// <summary>An option of the node: its flag's name without the dashes, and its value.</summary>
public sealed record DesiredOption(string Name, string Value)
{
    /// <summary>True: never shown in a plan or a log.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Which input and key wants it.</summary>
    public string From { get; init; } = "";

    /// <summary>Where that stands.</summary>
    public TextPlace Place { get; init; }
}
