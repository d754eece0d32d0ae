namespace CoreNode.Updates.Client.Exchange;

/// <summary>The head of an answer, its body still to come.</summary>
/// <param name="At">Where it came from, after redirects.</param>
/// <param name="Response">The answer; disposed by who takes it.</param>
internal sealed record ServerAnswer(Uri At, HttpResponseMessage Response);
