namespace CoreNode.Api.UpdateServer;

/// <summary>What a range came to.</summary>
internal enum ByteRangeKind
{
    /// <summary>The whole file.</summary>
    Whole,

    /// <summary>A part of it.</summary>
    Part,

    /// <summary>Nothing of it: 416.</summary>
    Beyond,
}
