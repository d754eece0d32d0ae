namespace CoreNode.Tests.Simulation;

/// <summary>The bytes of a file as one party sees them: the process, or the disk.</summary>
internal sealed class SimulatedImage
{
    private byte[] _data = [];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Bytes => _data.AsSpan(0, Length);

    public SimulatedImage Clone() => new() { _data = Bytes.ToArray(), Length = Length };

    public int Read(long offset, Span<byte> buffer)
    {
        int count = (int)Math.Clamp(Length - offset, 0, buffer.Length);
        Bytes.Slice((int)Math.Min(offset, Length), count).CopyTo(buffer);
        return count;
    }

    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
            return;
        if (offset + data.Length > Length)
            SetLength(offset + data.Length);
        data.CopyTo(_data.AsSpan((int)offset));
    }

    public void SetLength(long length)
    {
        if (length > _data.Length)
            Array.Resize(ref _data, (int)Math.Max(length, 2L * _data.Length));
        if (length < Length)
            _data.AsSpan((int)length, Length - (int)length).Clear();
        Length = (int)length;
    }

    public void FlipBit(long bit) => _data[(int)(bit / 8)] ^= (byte)(1 << (int)(bit % 8));
}
