namespace CoreNode.Database;

/// <summary>The file holds something else than was written. Never repaired silently.</summary>
/// <param name="path">Its file.</param>
/// <param name="code">SQLite's extended result code.</param>
/// <param name="message">What is wrong and what to do, one line.</param>
public sealed class DamagedDatabaseException(string path, int code, string message)
    : DatabaseException(path, code, message);
