using CoreNode.Disks.Metadata;
using CoreNode.Updates.Applying;
using CoreNode.Updates.Keys;

namespace CoreNode.Hosting.Updates;

/// <summary>Judges what slots say of themselves by the keys that payloads are judged by.</summary>
internal static class SlotTrust
{
    /// <summary>By the keys of a folder as they are when something is judged.</summary>
    public static SlotVerifier By(string folder) => (message, signatures) =>
    {
        try
        {
            return SlotSignatures.Trusting(TrustFolder.Read(folder).Keys)(message, signatures);
        }
        catch (IOException bad)
        {
            return bad.Message;
        }
    };
}
