using CoreNode.Foundation;
using CoreNode.Platform.Codecs;
using CoreNode.Updates.Payload;

namespace CoreNode.Hosting.Payloads;

/// <summary>The payload's codecs over Platform's. Any thread; each that uses zstd keeps a context.</summary>
internal sealed class PayloadCodecs : ICodecs, IDisposable
{
    private const int UsualZstdLevel = 9;
    private const int UsualXzPreset = 6;

    private readonly ThreadLocal<ZstdEncoder> _encoders = new(static () => new ZstdEncoder(), trackAllValues: true);
    private readonly ThreadLocal<ZstdDecoder> _decoders = new(static () => new ZstdDecoder(), trackAllValues: true);

    public int Decode(OperationType type, ReadOnlySpan<byte> data, ReadOnlySpan<byte> reference, Span<byte> output)
    {
        CodecResult result = type switch
        {
            OperationType.ReplaceBz => Bzip2Codec.Decode(data, output),
            OperationType.ReplaceXz => XzCodec.Decode(data, output),
            OperationType.ReplaceZstd => _decoders.Value!.Decode(data, [], output),
            OperationType.Patch => _decoders.Value!.Decode(data, reference, output),
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "packs nothing"),
        };
        return result.Fault switch
        {
            CodecFault.None => result.Length,
            CodecFault.TooLarge => ICodecs.TooMuch,
            _ => ICodecs.Broken,
        };
    }

    public byte[] Encode(OperationType type, ReadOnlySpan<byte> data, ReadOnlySpan<byte> reference, int level)
    {
        byte[] room = new byte[type switch
        {
            OperationType.ReplaceBz => Bzip2Codec.BoundOf(data.Length),
            OperationType.ReplaceXz => XzCodec.BoundOf(data.Length),
            _ => ZstdEncoder.BoundOf(data.Length),
        }];
        int zstdLevel = level == 0 ? UsualZstdLevel : level;
        CodecResult result = type switch
        {
            OperationType.ReplaceBz => Bzip2Codec.Encode(data, room),
            OperationType.ReplaceXz => XzCodec.Encode(level == 0 ? UsualXzPreset : level, data, room),
            OperationType.ReplaceZstd => _encoders.Value!.Encode(zstdLevel, data, [], room),
            OperationType.Patch => _encoders.Value!.Encode(zstdLevel, data, reference, room),
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "packs nothing"),
        };
        Invariant.That(result.Fault == CodecFault.None, $"a bound of {room.Length} bytes was too small for {type}");
        return room.AsSpan(0, result.Length).ToArray();
    }

    public void Dispose()
    {
        foreach (ZstdEncoder encoder in _encoders.Values)
            encoder.Dispose();
        foreach (ZstdDecoder decoder in _decoders.Values)
            decoder.Dispose();
        _encoders.Dispose();
        _decoders.Dispose();
    }
}
