using System.Buffers.Binary;

namespace CoreNode.Boot.Model;

/// <summary>The signature behind a kernel's module (include/linux/module_signature.h).</summary>
public static class ModuleSignature
{
    private const int InfoBytes = 12;

    /// <summary>How many bytes of the file come before its signature: all where there is none.</summary>
    public static int ContentLength(ReadOnlySpan<byte> file)
    {
        ReadOnlySpan<byte> magic = "~Module signature appended~\n"u8;
        int end = file.Length - magic.Length - InfoBytes;
        if (end < 0 || !file.EndsWith(magic))
            return file.Length;
        uint length = BinaryPrimitives.ReadUInt32BigEndian(file[(end + InfoBytes - 4)..]);
        return length <= (uint)end ? end - (int)length : file.Length;
    }
}
