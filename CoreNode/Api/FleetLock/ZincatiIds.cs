using System.Security.Cryptography;

namespace CoreNode.Api.FleetLock;

/// <summary>
/// Zincati does not tell the machine id, but one made of it for Zincati alone: systemd's
/// sd_id128_get_machine_app_specific. Pure.
/// </summary>
internal static class ZincatiIds
{
    private const int IdBytes = 16;

    private static readonly byte[] s_zincati = Convert.FromHexString("de35106b6ec24688b63afddaa156679b");

    /// <summary>True if that is how a machine of this id calls itself: by the id, or as Zincati does.</summary>
    public static bool Names(string id, string machineId) =>
        id == machineId || (machineId.Length == 2 * IdBytes && id == Of(machineId));

    /// <summary>How Zincati calls the machine; empty if the machine id is none.</summary>
    public static string Of(string machineId) => Of(machineId, s_zincati);

    /// <summary>How an application calls the machine.</summary>
    internal static string Of(string machineId, ReadOnlySpan<byte> application)
    {
        Span<byte> key = stackalloc byte[IdBytes];
        if (Convert.FromHexString(machineId, key, out _, out int length) != System.Buffers.OperationStatus.Done
            || length != IdBytes)
            return "";
        byte[] hash = HMACSHA256.HashData(key, application);

        // A UUID of version 4, as systemd makes all its ids.
        hash[6] = (byte)((hash[6] & 0x0f) | 0x40);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return Convert.ToHexStringLower(hash.AsSpan(0, IdBytes));
    }
}
