namespace CoreNode.Cli.Config;

/// <summary>
/// Work with configurations of machines; Hosting supplies it. What cannot be read or written is an
/// <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> with what to do, what is not there a
/// <see cref="FileNotFoundException"/>, and a request that means nothing a <see cref="FormatException"/>.
/// </summary>
public interface IConfigOffice
{
    /// <summary>Reads a configuration and judges it; looks at no machine.</summary>
    Task<ConfigReport> ValidateAsync(ConfigRequest request, CancellationToken cancellation);

    /// <summary>Also says what would be changed on the machine, and changes nothing.</summary>
    Task<ConfigReport> RenderAsync(ConfigRequest request, CancellationToken cancellation);

    /// <summary>Changes the machine, and tells each step when it is done.</summary>
    Task<ConfigReport> ApplyAsync(ConfigRequest request, Action<ConfigStep> tell, CancellationToken cancellation);
}
