using CoreNode.Updates.Server.Books;

namespace CoreNode.Updates.Server.Answers;

/// <summary>What an answer depends on beside the request.</summary>
/// <param name="Moment">Now, in whole seconds.</param>
/// <param name="Now">The same in seconds since 1970.</param>
/// <param name="BaseUrl">What URLs begin with.</param>
/// <param name="Source">Where the machine asks from.</param>
/// <param name="IsReadOnly">Nothing can be written now.</param>
internal sealed record OmahaSetting(
    DateTimeOffset Moment, long Now, string BaseUrl, Source Source, bool IsReadOnly);
