using F = CoreNode.Updates.Payload.ManifestFields;

namespace CoreNode.Updates.Payload;

/// <summary>The message of signatures (Signatures of update_metadata.proto), both ways.</summary>
public static class SignatureMessage
{
    /// <summary>As bytes.</summary>
    public static byte[] Write(IReadOnlyList<PayloadSignature> signatures)
    {
        WireWriter message = new();
        WireWriter one = new();
        foreach (PayloadSignature signature in signatures)
        {
            one.Clear();
            one.NumberUnlessZero(F.SignatureVersion, signature.Version);
            one.Bytes(F.SignatureData, signature.Data);
            if (signature.UnpaddedSize is { } size)
                one.Fixed32(F.SignatureUnpaddedSize, size);
            message.Bytes(F.Signature, one.Written);
        }

        return message.Written.ToArray();
    }

    /// <summary>Null for bytes that are no such message, hold no signature, or too many.</summary>
    public static IReadOnlyList<PayloadSignature>? TryRead(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > PayloadLimits.SignatureBytes)
            return null;
        List<PayloadSignature> signatures = [];
        WireReader message = new(bytes);
        while (message.Next())
        {
            if (message.Field != F.Signature)
                continue;
            if (signatures.Count == PayloadLimits.Signatures || message.Kind != WireKind.Bytes)
                return null;
            if (TryReadOne(message.Bytes) is not { } signature)
                return null;
            signatures.Add(signature);
        }

        return message.IsBroken || signatures.Count == 0 ? null : signatures;
    }

    private static PayloadSignature? TryReadOne(ReadOnlySpan<byte> bytes)
    {
        byte[]? data = null;
        uint? unpaddedSize = null;
        uint version = 0;
        WireReader one = new(bytes);
        while (one.Next())
        {
            switch (one.Field, one.Kind)
            {
                case (F.SignatureData, WireKind.Bytes):
                    data = one.Bytes.ToArray();
                    break;
                case (F.SignatureVersion, WireKind.Varint):
                    version = one.Value > uint.MaxValue ? 0 : (uint)one.Value;
                    break;
                case (F.SignatureUnpaddedSize, WireKind.Fixed32):
                    unpaddedSize = (uint)one.Value;
                    break;
            }
        }

        return one.IsBroken || data is null ? null : new PayloadSignature(data, unpaddedSize, version);
    }
}
