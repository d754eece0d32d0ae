namespace CoreNode.Platform.Codecs;

/// <summary>Why data could not be packed or unpacked.</summary>
public enum CodecFault
{
    /// <summary>It could.</summary>
    None,

    /// <summary>The data is not of that format, cut short, changed, or goes on after its end.</summary>
    Damaged,

    /// <summary>The result does not fit into the room given for it.</summary>
    TooLarge,

    /// <summary>Unpacking would take more memory than is allowed.</summary>
    TooMuchMemory,
}
