using CoreNode.Documents;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Planning;

/// <summary>
/// What one path shall be in the end, whoever asks for it; null: as it is, or the default of a new one.
/// </summary>
internal sealed class Target(string path, PathFact fact)
{
    /// <summary>The path, links on the way resolved.</summary>
    public string Path { get; } = path;

    /// <summary>What is there now.</summary>
    public PathFact Fact { get; } = fact;

    /// <summary>What it shall be.</summary>
    public TargetKind Kind { get; set; }

    /// <summary>Content of a file.</summary>
    public ReadOnlyMemory<byte>? Content { get; set; }

    /// <summary>Where a link points to.</summary>
    public string LinkTarget { get; set; } = "";

    /// <summary>Permission bits.</summary>
    public int? Mode { get; set; }

    /// <summary>Owner.</summary>
    public uint? User { get; set; }

    /// <summary>Group.</summary>
    public uint? Group { get; set; }

    /// <summary>Never shown.</summary>
    public bool IsSecret { get; set; }

    /// <summary>
    /// A home that is to be filled: root's alone until all that belongs into it is there, and the user's after that.
    /// </summary>
    public bool IsFilled { get; set; }

    /// <summary>Only the parent of something: whoever wants the folder itself says how it is.</summary>
    public bool IsImplied { get; set; }

    /// <summary>What comes right after it, whether it changes or not.</summary>
    public Change? Next { get; set; }

    /// <summary>Its change, if any, was written down.</summary>
    public bool IsEmitted { get; set; }

    /// <summary>It becomes a new file in this plan.</summary>
    public bool IsNewFile { get; set; }

    /// <summary>Who wants it.</summary>
    public string From { get; set; } = "";

    /// <summary>Where that stands.</summary>
    public TextPlace Place { get; set; }
}
