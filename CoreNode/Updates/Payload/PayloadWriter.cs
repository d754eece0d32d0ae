using CoreNode.Foundation;

namespace CoreNode.Updates.Payload;

/// <summary>Puts a payload of major version 2 together: the same parts give the same bytes.</summary>
public static class PayloadWriter
{
    private const int PieceBytes = 1 << 20;

    /// <summary>
    /// Writes header, manifest, the metadata's signature, the operations' data and the payload's signature.
    /// </summary>
    /// <param name="manifest">Without signature fields, they are filled in.</param>
    /// <param name="data">The operations' data, in their order.</param>
    /// <param name="signer">Null makes a payload that no machine takes, for inspection only.</param>
    /// <param name="hashes">SHA-256.</param>
    /// <param name="output">Where to; written from front to back.</param>
    public static void Write(
        PayloadManifest manifest, IPayloadFile data, IPayloadSigner? signer, IHashes hashes, Stream output)
    {
        int signatureBytes = signer is null ? 0 : SignatureMessage.Write(signer.Blank).Length;
        byte[] manifestBytes = ManifestWriter.Write(signer is null ? manifest : new PayloadManifest
        {
            BlockSize = manifest.BlockSize,
            MinorVersion = manifest.MinorVersion,
            Partitions = manifest.Partitions,
            Release = manifest.Release,
            SignaturesOffset = (ulong)data.Length,
            SignaturesSize = (ulong)signatureBytes,
        });
        byte[] metadata = [.. PayloadHeader.Write(manifestBytes.Length, signatureBytes), .. manifestBytes];
        output.Write(metadata);
        if (signer is not null)
        {
            byte[] hash = new byte[PayloadLimits.HashBytes];
            hashes.Sha256(metadata, hash);
            output.Write(Sign(signer, hash, signatureBytes));
        }

        RunningSha256 signed = new();
        signed.Append(metadata);
        byte[] piece = new byte[PieceBytes];
        for (long at = 0; at < data.Length; at += PieceBytes)
        {
            Span<byte> bytes = piece.AsSpan(0, (int)Math.Min(PieceBytes, data.Length - at));
            data.Read(at, bytes);
            signed.Append(bytes);
            output.Write(bytes);
        }

        if (signer is not null)
            output.Write(Sign(signer, signed.Current(), signatureBytes));
    }

    private static byte[] Sign(IPayloadSigner signer, byte[] hash, int bytes)
    {
        byte[] message = SignatureMessage.Write(signer.Sign(hash));
        Invariant.That(message.Length == bytes, "signatures have the size that was announced");
        return message;
    }
}
