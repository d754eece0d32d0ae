using System.Runtime.InteropServices;

namespace CoreNode.Platform.Processes;

/// <summary>A user of this machine.</summary>
/// <param name="Name">Login name.</param>
/// <param name="Id">Number.</param>
/// <param name="Group">Number of the main group.</param>
/// <param name="Home">Home folder.</param>
/// <param name="Shell">Login shell.</param>
public sealed record UserAccount(string Name, uint Id, uint Group, string Home, string Shell)
{
    private const int FirstRoom = 4096;
    private const int MostRoom = 1 << 20;
    private const int MostGroups = 65536;

    /// <summary>Finds a user by name or number; null if there is none.</summary>
    public static unsafe UserAccount? Find(string nameOrId)
    {
        bool isNumber = uint.TryParse(
            nameOrId, System.Globalization.CultureInfo.InvariantCulture, out uint id);
        for (int length = FirstRoom; length <= MostRoom; length *= 2)
        {
            // Safety: the record points into the room, which stays where it is until its strings are copied.
            byte[] room = GC.AllocateArray<byte>(length, pinned: true);
            byte* start = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(room, 0);
            ProcessCalls.UserRecord record = default;
            ProcessCalls.UserRecord* found = null;
            int error = isNumber
                ? ProcessCalls.FindUserById(id, &record, start, (nuint)length, &found)
                : ProcessCalls.FindUser(nameOrId, &record, start, (nuint)length, &found);
            if (error == LibC.OutOfRange)
                continue;
            UserAccount? account = found is null
                ? null
                : new UserAccount(
                    Text(record.Name), record.Id, record.Group, Text(record.Home), Text(record.Shell));
            GC.KeepAlive(room);
            // A number needs no entry: it is taken as it is.
            return account ?? (isNumber && error == 0 ? new UserAccount(nameOrId, id, id, "/", "/bin/sh") : null);
        }

        return null;
    }

    /// <summary>All groups that it belongs to, <see cref="Group"/> included.</summary>
    public unsafe uint[] Groups()
    {
        int count = 64;
        while (count <= MostGroups)
        {
            uint[] groups = new uint[count];
            int given = count;
            fixed (uint* start = groups)
            {
                if (ProcessCalls.GroupsOf(Name, Group, start, &given) >= 0)
                    return groups[..given];
            }

            count *= 4;
        }

        return [Group];
    }

    private static string Text(nint pointer) => Marshal.PtrToStringUTF8(pointer) ?? "";
}
