export const sanitize = async () => {}
