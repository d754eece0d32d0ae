namespace CoreNode.Disks.Gpt;

/// <summary>What sector 0 says. It is looked at and never written.</summary>
public enum BootRecord
{
    /// <summary>Nothing, as some tools leave it.</summary>
    Empty,

    /// <summary>One partition over the whole disk that says "here is a GPT", as UEFI wants it.</summary>
    Protective,

    /// <summary>The same beside partitions of the old kind, for firmware that knows only these.</summary>
    Hybrid,

    /// <summary>Partitions of the old kind only: what looks like a GPT is of an earlier life of the disk.</summary>
    OldKind,
}
