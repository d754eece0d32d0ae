namespace CoreNode.Updates.Applying;

/// <summary>A piece of the arena: data, then source, then output of one operation.</summary>
internal sealed class WorkRegion(byte[] arena, int start, int length)
{
    /// <summary>Where it begins.</summary>
    public int Start => start;

    /// <summary>Its bytes.</summary>
    public int Length => length;

    /// <summary>A part of it.</summary>
    public Span<byte> Part(int from, int bytes) => arena.AsSpan(start + from, bytes);
}
