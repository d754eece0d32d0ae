using CoreNode.Disks.Metadata;
using CoreNode.Updates.Applying;
using CoreNode.Updates.Keys;

namespace CoreNode.Hosting.Updates;

/// <summary>Judges what slots say of themselves by the keys that payloads must be signed by, as they are now.</summary>
internal sealed class SlotTrust(string keysFolder)
{
    /// <summary>As <see cref="SlotVerifier"/> wants it.</summary>
    public string? Judge(ReadOnlySpan<byte> message, IReadOnlyList<SlotSignature> signatures)
    {
        try
        {
            return SlotSignatures.Trusting(TrustFolder.Read(keysFolder).Keys)(message, signatures);
        }
        catch (IOException unreadable)
        {
            return unreadable.Message;
        }
    }
}
