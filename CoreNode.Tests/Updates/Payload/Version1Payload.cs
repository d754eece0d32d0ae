using System.Buffers.Binary;
using System.Security.Cryptography;
using CoreNode.Updates.Payload;

namespace CoreNode.Tests.Updates.Payload;

/// <summary>
/// A payload of major version 1 as CoreOS publishes them: operations of the image, a procedure for the kernel, an
/// operation that old clients take for data and that hides the signature, the signature at the end.
/// </summary>
internal static class Version1Payload
{
    private const int BlockBytes = 4096;

    /// <summary>Of an image and a kernel, in operations of one MiB.</summary>
    public static byte[] Make(byte[] image, byte[] kernel, IPayloadSigner signer, ICodecs? packer = null)
    {
        ICodecs codecs = packer ?? new TestCodecs();
        using MemoryStream data = new();
        WireWriter manifest = new();
        Operations(manifest, 1, image, data, codecs);
        WireWriter procedure = new();
        procedure.Number(1, 0);
        Operations(procedure, 2, kernel, data, codecs);
        procedure.Bytes(4, Info(kernel));
        int signatureBytes = SignatureMessage.Write(signer.Blank).Length;
        manifest.Bytes(2, Hidden((ulong)data.Length, (ulong)signatureBytes));
        manifest.Number(3, BlockBytes);
        manifest.Number(4, (ulong)data.Length);
        manifest.Number(5, (ulong)signatureBytes);
        manifest.Bytes(9, Info(image));
        manifest.Bytes(10, procedure.Written);
        byte[] header = new byte[20];
        "CrAU"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(4), 1);
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(12), (ulong)manifest.Written.Length);
        byte[] signed = [.. header, .. manifest.Written, .. data.ToArray()];
        return [.. signed, .. SignatureMessage.Write(signer.Sign(SHA256.HashData(signed)))];
    }

    private static void Operations(WireWriter parent, uint field, byte[] image, MemoryStream data, ICodecs codecs)
    {
        for (int at = 0; at < image.Length; at += 1 << 20)
        {
            byte[] piece = image[at..Math.Min(image.Length, at + (1 << 20))];
            byte[] packed = codecs.Encode(OperationType.ReplaceBz, piece, [], 0);
            bool isSmaller = packed.Length < piece.Length;
            byte[] taken = isSmaller ? packed : piece;
            WireWriter extent = new();
            extent.Number(1, (ulong)(at / BlockBytes));
            extent.Number(2, (ulong)((piece.Length + BlockBytes - 1) / BlockBytes));
            WireWriter operation = new();
            operation.Number(1, isSmaller ? 1UL : 0);
            operation.Number(2, (ulong)data.Length);
            operation.Number(3, (ulong)taken.Length);
            operation.Bytes(6, extent.Written);
            operation.Bytes(8, SHA256.HashData(taken));
            parent.Bytes(field, operation.Written);
            data.Write(taken);
        }
    }

    private static byte[] Info(byte[] image)
    {
        WireWriter info = new();
        info.Number(1, (ulong)image.Length);
        info.Bytes(2, SHA256.HashData(image));
        return info.Written.ToArray();
    }

    private static byte[] Hidden(ulong offset, ulong length)
    {
        WireWriter extent = new();
        extent.Number(1, ulong.MaxValue);
        extent.Number(2, (length + BlockBytes - 1) / BlockBytes);
        WireWriter operation = new();
        operation.Number(1, 0);
        operation.Number(2, offset);
        operation.Number(3, length);
        operation.Bytes(6, extent.Written);
        return operation.Written.ToArray();
    }
}
