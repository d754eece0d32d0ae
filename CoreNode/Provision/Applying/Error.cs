using System.Runtime.InteropServices;

namespace CoreNode.Provision.Applying;

/// <summary>Error numbers of the kernel (errno(3)), and what people read about them.</summary>
internal static class Error
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int TryAgain = 11;
    public const int AccessDenied = 13;
    public const int Exists = 17;
    public const int OtherFileSystem = 18;
    public const int NoFolder = 20;
    public const int IsFolder = 21;
    public const int Invalid = 22;
    public const int NoSpace = 28;
    public const int ReadOnly = 30;
    public const int NameTooLong = 36;
    public const int NoSuchCall = 38;
    public const int NotEmpty = 39;
    public const int TooManyLinks = 40;
    public const int NoAttribute = 61;
    public const int NotSupported = 95;
    public const int QuotaExceeded = 122;

    /// <summary>What failed, on what, why, and what to do.</summary>
    public static IOException Of(int error, string path, string what)
    {
        string reason = error switch
        {
            NoSpace => "no space or no inode is left on its file system; free some, then run it again: what is done is "
                + "kept, and every file is either the old or the new one",
            QuotaExceeded => "the quota of its owner or project is used up; raise it or free some, then run it again",
            ReadOnly => "its file system is mounted read-only; remount it for writing, or choose another path",
            NotPermitted or AccessDenied => "it is not permitted; run it as root, and if that is so look for an "
                + "immutable file or folder (lsattr) and for denials of SELinux or AppArmor",
            NameTooLong => "the name is too long for its file system",
            _ => Marshal.GetPInvokeErrorMessage(error),
        };
        return new IOException($"{path} {what}: {reason}", error);
    }

    /// <summary>Throws unless the call went well.</summary>
    public static void Check(int error, string path, string what)
    {
        if (error != 0)
            throw Of(error, path, what);
    }
}
