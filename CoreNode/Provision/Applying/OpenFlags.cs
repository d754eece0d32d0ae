namespace CoreNode.Provision.Applying;

/// <summary>How something is opened (open(2)); links are never followed, and children never inherit it.</summary>
internal static class OpenFlags
{
    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int ReadWrite = 2;
    public const int Create = 0x40;
    public const int MustBeNew = 0x80;
    public const int NoTerminal = 0x100;
    public const int NoWaiting = 0x800;
    public const int Folder = 0x10000;
    public const int NoFollow = 0x20000;
    public const int CloseOnExec = 0x80000;

    /// <summary>O_PATH: to name it and to ask about it, not to read it. The only way to open a link itself.</summary>
    public const int Named = 0x200000;

    /// <summary>A folder that names in it are made, listed and synced by.</summary>
    public const int WholeFolder = ReadOnly | Folder;

    /// <summary>A file's content; a pipe or a terminal in its place does nothing.</summary>
    public const int Content = ReadOnly | NoWaiting | NoTerminal;
}
