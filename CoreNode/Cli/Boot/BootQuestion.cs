namespace CoreNode.Cli.Boot;

/// <summary>What <c>boot choose</c> is asked.</summary>
/// <param name="Disk">A disk or an image file.</param>
/// <param name="Keys">Whom to trust: a folder of keys or one key.</param>
/// <param name="Board">The machine's board; null for any.</param>
/// <param name="IsUnsigned">Whether what nobody who is trusted signed is started too.</param>
/// <param name="Asks">Whether nothing is changed.</param>
public sealed record BootQuestion(string Disk, string Keys, string? Board, bool IsUnsigned, bool Asks);
