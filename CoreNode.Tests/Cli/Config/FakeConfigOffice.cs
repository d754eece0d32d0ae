using CoreNode.Cli.Config;

namespace CoreNode.Tests.Cli.Config;

/// <summary>Answers as it is told, and keeps what it was asked.</summary>
internal sealed class FakeConfigOffice : IConfigOffice
{
    public ConfigReport Report { get; set; } = new() { Sources = ["file a.yaml"] };

    public IReadOnlyList<ConfigStep> Steps { get; set; } = [];

    public Exception? Fault { get; set; }

    public ConfigRequest? Asked { get; private set; }

    public Task<ConfigReport> ValidateAsync(ConfigRequest request, CancellationToken cancellation) => Answer(request);

    public Task<ConfigReport> RenderAsync(ConfigRequest request, CancellationToken cancellation) => Answer(request);

    public Task<ConfigReport> ApplyAsync(
        ConfigRequest request, Action<ConfigStep> tell, CancellationToken cancellation)
    {
        foreach (ConfigStep step in Steps)
            tell(step);
        return Answer(request);
    }

    private Task<ConfigReport> Answer(ConfigRequest request)
    {
        Asked = request;
        return Fault is null ? Task.FromResult(Report) : Task.FromException<ConfigReport>(Fault);
    }
}
