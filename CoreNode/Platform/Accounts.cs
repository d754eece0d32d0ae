using System.Runtime.InteropServices;

namespace CoreNode.Platform;

/// <summary>Users and groups of this machine.</summary>
internal static class Accounts
{
    private const int UsualRoom = 4096;
    private const int MostRoom = 1 << 20;

    /// <summary>The user that this process runs as.</summary>
    public static uint OwnUser => LibC.EffectiveUser();

    /// <summary>
    /// The number of a group, from wherever this machine keeps its groups; null if there is none of that name, or if it
    /// cannot be told.
    /// </summary>
    public static uint? FindGroup(string name)
    {
        for (int length = UsualRoom; length <= MostRoom; length *= 2)
        {
            byte[] room = new byte[length];
            int error = LibC.FindGroup(
                name, out LibC.GroupRecord group, ref MemoryMarshal.GetArrayDataReference(room), (nuint)room.Length,
                out nint found);
            if (error == LibC.OutOfRange)
                continue;
            return error == 0 && found != 0 ? group.Id : null;
        }

        return null;
    }

    /// <summary>Gives a file to a user and a group.</summary>
    /// <exception cref="IOException">It cannot be given to them.</exception>
    public static void Give(string path, uint user, uint group)
    {
        if (LibC.ChangeOwner(path, user, group) < 0)
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
    }

    /// <summary>Gives a file to a group; it keeps its owner.</summary>
    /// <exception cref="IOException">The file cannot be given to it.</exception>
    public static void GiveToGroup(string path, uint group)
    {
        const uint sameOwner = uint.MaxValue;
        if (LibC.ChangeOwner(path, sameOwner, group) < 0)
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
    }
}
