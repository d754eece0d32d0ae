namespace CoreNode.Disks.Gpt;

/// <summary>Which of the two copies of a table.</summary>
public enum GptRole
{
    /// <summary>The one in sector 1, which counts as long as it is whole.</summary>
    Primary,

    /// <summary>The one at the end of the disk.</summary>
    Backup,
}
