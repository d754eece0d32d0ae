using System.Globalization;
using System.Runtime.InteropServices;
using CoreNode.Platform;

namespace CoreNode.Database;

/// <summary>SQLite's result codes as exceptions that say what, where and what to do.</summary>
/// <remarks>Safety: SQLite's texts end with a zero and are copied before anything else is asked of it.</remarks>
internal static class DatabaseFaults
{
    /// <summary>The exception for a code.</summary>
    /// <param name="path">The file.</param>
    /// <param name="connection">The connection, for its message; 0 for none.</param>
    /// <param name="code">The extended result code.</param>
    /// <param name="doing">What was tried: "commit".</param>
    public static unsafe IOException Of(string path, nint connection, int code, string doing)
    {
        string said = Marshal.PtrToStringUTF8(
            (nint)(connection == 0 ? LibSqlite.Meaning(code) : LibSqlite.LastMessage(connection))) ?? "";
        string what = string.Create(
            CultureInfo.InvariantCulture, $"{path}: {doing} failed: {said} (SQLite code {code})");
        return (code & 0xFF) switch
        {
            LibSqlite.Full => new DiskFullException(path, new DatabaseException(path, code, what)),
            LibSqlite.Corrupt => new DamagedDatabaseException(
                path, code, $"{what}; the file is damaged: keep it, and restore a backup"),
            LibSqlite.NotADatabase => new DamagedDatabaseException(
                path, code, $"{what}; name the database's own file, or restore a backup"),
            LibSqlite.Busy or LibSqlite.Locked => new DatabaseException(
                path, code, $"{what}; another process uses it, stop that first"),
            LibSqlite.CannotOpen => new DatabaseException(
                path, code, $"{what}; are file and folder there, and may this user write both?"),
            LibSqlite.IoError => new DatabaseException(
                path, code, $"{what}; what the disk holds is unknown: look at the kernel's log, then start again"),
            _ => new DatabaseException(path, code, what),
        };
    }
}
