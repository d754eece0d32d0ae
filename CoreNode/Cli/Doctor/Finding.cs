using CoreNode.Cli.Pki;

namespace CoreNode.Cli.Doctor;

/// <summary>What one check found.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="What">What was looked at: "node https://10.0.0.1:2379".</param>
/// <param name="Text">What it is like.</param>
internal sealed record Finding(Severity Severity, string What, string Text)
{
    /// <summary>What to do about it; null if nothing is to be done.</summary>
    public string? Advice { get; init; }

    /// <summary>The machine that it is about; empty: the one that is asked, or all.</summary>
    public string Machine { get; init; } = "";

    /// <summary>The certificate that it is about, if it is.</summary>
    public CertificateRecord? Certificate { get; init; }

    /// <summary>Nothing is to be done.</summary>
    public static Finding Ok(string what, string text) => new(Severity.Ok, what, text);

    /// <summary>Something should be done.</summary>
    public static Finding Warning(string what, string text, string advice) =>
        new(Severity.Warning, what, text) { Advice = advice };

    /// <summary>Something must be done.</summary>
    public static Finding Problem(string what, string text, string advice) =>
        new(Severity.Problem, what, text) { Advice = advice };
}
