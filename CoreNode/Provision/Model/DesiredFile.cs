using CoreNode.Documents;

namespace CoreNode.Provision.Model;

/// <summary>A file that shall be there.</summary>
public sealed record DesiredFile(string Path, ReadOnlyMemory<byte> Content)
{
    /// <summary>Permission bits; null: 0644 for a new file (0600 where it holds secrets), else as they are.</summary>
    public int? Mode { get; init; }

    /// <summary>Owner by name or number; null: root for a new file, else as it is.</summary>
    public string? User { get; init; }

    /// <summary>Group by name or number; null: root for a new file, else as it is.</summary>
    public string? Group { get; init; }

    /// <summary>
    /// False: a file that is there already is an error unless it is the same (Ignition without overwrite).
    /// </summary>
    public bool Replaces { get; init; } = true;

    /// <summary>
    /// Content is added to the end of what is there instead (Ignition's append). Only for inputs that run once: a part
    /// that is the end of the file already is not added again.
    /// </summary>
    public bool Appends { get; init; }

    /// <summary>False: the content is left as it is where the file exists (Ignition without contents).</summary>
    public bool HasContent { get; init; } = true;

    /// <summary>True: never shown in a plan or a log.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Where this content is to be fetched from first; null: <see cref="Content"/> is it.</summary>
    public RemoteContent? Remote { get; init; }

    /// <summary>
    /// What <see cref="Content"/> is put together from where a part is to be fetched first, in order; empty: it is
    /// there already, or <see cref="Remote"/> is all of it.
    /// </summary>
    public IReadOnlyList<ContentPart> Parts { get; init; } = [];

    /// <summary>Which input and key wants it, such as "user-data: write_files[0]".</summary>
    public string From { get; init; } = "";

    /// <summary>Where that stands.</summary>
    public TextPlace Place { get; init; }
}
