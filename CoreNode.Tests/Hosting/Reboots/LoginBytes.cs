using System.Text;
using CoreNode.Hosting.Reboots;

namespace CoreNode.Tests.Hosting.Reboots;

/// <summary>Records of utmp(5), written by hand.</summary>
internal static class LoginBytes
{
    /// <summary>One record: ut_type, ut_pid, ut_line and ut_user; the rest is zero.</summary>
    public static byte[] Of(short type, int pid, string line, string user)
    {
        byte[] record = new byte[LoginRecords.Length];
        BitConverter.GetBytes(type).CopyTo(record, 0);
        BitConverter.GetBytes(pid).CopyTo(record, 4);
        Encoding.ASCII.GetBytes(line).CopyTo(record, 8);
        Encoding.ASCII.GetBytes(user).CopyTo(record, 44);
        return record;
    }
}
