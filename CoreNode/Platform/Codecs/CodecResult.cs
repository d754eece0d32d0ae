namespace CoreNode.Platform.Codecs;

/// <summary>What came of packing or unpacking: so many bytes, or why not. Never an exception for bad data.</summary>
public readonly struct CodecResult
{
    private CodecResult(int length, CodecFault fault)
    {
        Length = length;
        Fault = fault;
    }

    /// <summary>Bytes written; 0 with a fault, whatever then lies in the output.</summary>
    public int Length { get; }

    /// <summary>Why not; <see cref="CodecFault.None"/> if it is done.</summary>
    public CodecFault Fault { get; }

    /// <summary>Done.</summary>
    public static CodecResult Of(int length) => new(length, CodecFault.None);

    /// <summary>Not done.</summary>
    public static CodecResult Of(CodecFault fault) => new(0, fault);
}
