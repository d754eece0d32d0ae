using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace CoreNode.Hosting.Reboots;

/// <summary>
/// utmp(5), where login and sshd note who is logged in, also without logind: an array of fixed records in the order of
/// the machine's bytes.
/// </summary>
internal static class LoginRecords
{
    private const short UserProcess = 7;
    private const int PidOffset = 4;
    private const int UserOffset = 44;
    private const int UserLength = 32;

    /// <summary>How long a record is: its session and time are wider where glibc never had 32 bits for them.</summary>
    internal static readonly int Length = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 400 : 384;

    /// <summary>Adds those whose login still lives; a file that is not there has nobody.</summary>
    public static void AddUsers(string file, SortedSet<string> names)
    {
        byte[] all;
        try
        {
            all = File.ReadAllBytes(file);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return;
        }

        for (int at = 0; at + Length <= all.Length; at += Length)
        {
            ReadOnlySpan<byte> record = all.AsSpan(at, Length);
            ReadOnlySpan<byte> user = record.Slice(UserOffset, UserLength);
            int end = user.IndexOf((byte)0);
            if (end >= 0)
                user = user[..end];
            int pid = BinaryPrimitives.ReadInt32LittleEndian(record[PidOffset..]);

            // Who was cut off without a farewell is still noted.
            if (BinaryPrimitives.ReadInt16LittleEndian(record) == UserProcess && user.Length > 0
                && Directory.Exists(Path.Join("/proc", pid.ToString(CultureInfo.InvariantCulture))))
            {
                names.Add(Encoding.UTF8.GetString(user));
            }
        }
    }
}
